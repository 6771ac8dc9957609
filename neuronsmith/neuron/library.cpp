#include "neuronsmith/neuron/library.hpp"

#include <algorithm>
#include <array>

#include "neuronsmith/neuron/baselines.hpp"
#include "neuronsmith/neuron/lookup.hpp"

namespace neuronsmith::neuron {
namespace {

// clang-format off
constexpr std::array kAggregations = {
    LibraryEntry{"linear", "x", "the ordinary neuron, w.x + b", ""},
    LibraryEntry{"quadratic",
                 "dot(w0, x)*dot(w1, x) + x^2 + x",
                 "Fan, Cong, Wang, A new type of neurons for machine learning, 2018: "
                 "(w0.x + b0)(w1.x + b1) + w2.x^2 + b, expanded",
                 ""},
};

// The order of arguments of min and max decides the derivative where both are equal: that of the
// second one.
constexpr std::array kActivations = {
    LibraryEntry{"identity", "x", "no activation", ""},
    LibraryEntry{"relu", "relu(x)",
                 "Nair, Hinton, Rectified linear units improve restricted Boltzmann machines, ICML 2010",
                 "piecewise linear; derivative 0 below 0, so units can die; 0 at 0"},
    LibraryEntry{"leaky-relu", "max(x, 0.01*x)",
                 "Maas, Hannun, Ng, Rectifier nonlinearities improve neural network acoustic models, 2013",
                 "piecewise linear; slope 0.01 below 0 and at 0"},
    LibraryEntry{"elu", "relu(x) + (exp(min(0, x)) - 1)",
                 "Clevert, Unterthiner, Hochreiter, Fast and accurate deep network learning by exponential "
                 "linear units, 2015, alpha 1",
                 "bounded below by -1; derivative continuous"},
    LibraryEntry{"selu", "1.0507009873554805*relu(x) + 1.7580993408473766*(exp(min(0, x)) - 1)",
                 "Klambauer et al., Self-normalizing neural networks, NIPS 2017",
                 "bounded below by -1.758; keeps mean 0 and variance 1 with LeCun weights and no batch "
                 "normalisation; slope 1.758 at 0"},
    LibraryEntry{"gelu", "gelu(x)",
                 "Hendrycks, Gimpel, Gaussian error linear units, 2016, exact form",
                 "smooth; not monotone: least value -0.17 at -0.75; like relu far from 0"},
    LibraryEntry{"gelu-tanh", "0.5*x*(1 + tanh(0.7978845608028654*(x + 0.044715*x^3)))",
                 "Hendrycks, Gimpel, Gaussian error linear units, 2016, tanh form",
                 "differs from gelu by at most 0.0005; what JAX calls gelu by default"},
    LibraryEntry{"silu", "x*sigmoid(x)",
                 "Elfwing, Uchibe, Doya, Sigmoid-weighted linear units, 2017; also called swish",
                 "smooth; not monotone: least value -0.28 at -1.28; like relu far from 0"},
    LibraryEntry{"mish", "x*tanh(softplus(x))",
                 "Misra, Mish: a self regularized non-monotonic activation function, 2019",
                 "smooth; not monotone: least value -0.31 at -1.19; like relu far from 0"},
    LibraryEntry{"softplus", "softplus(x)",
                 "Dugas et al., Incorporating second-order functional knowledge, NIPS 2000",
                 "smooth and monotone; positive; derivative is sigmoid"},
    LibraryEntry{"tanh", "tanh(x)", "classical",
                 "within -1 and 1; derivative vanishes beyond |x| of about 4"},
    LibraryEntry{"sigmoid", "sigmoid(x)", "classical",
                 "within 0 and 1; derivative at most 0.25, vanishes beyond |x| of about 8"},
    LibraryEntry{"sin", "sin(x)",
                 "Sitzmann et al., Implicit neural representations with periodic activation functions, 2020",
                 "period 6.283; within -1 and 1; for signals and periodic targets, needs small first weights"},
    LibraryEntry{"snake", "x + sin(x)^2",
                 "Ziyin, Hartwig, Ueda, Neural networks fail to learn periodic functions and how to fix it, "
                 "2020, a = 1",
                 "monotone, grows like x; period 3.142 around it; for extrapolation of periodic targets"},
    LibraryEntry{"gelusine", "gelu(x) + 0.1*sin(x)",
                 "Vitvitskyi et al., Mining generalizable activation functions, 2026, with the exact gelu",
                 "not monotone; waves of period 6.283 that do not vanish where gelu is 0"},
    LibraryEntry{"gelu-sinc-perturbation",
                 "gelu(x)*(1 + 0.5*sinc(x))",
                 "Vitvitskyi et al., Mining generalizable activation functions, 2026: gelu(x) (1 + 0.5 sinc(x)), "
                 "sinc x = sin(pi x)/(pi x)",
                 "like 1.5 gelu near 0 and gelu plus a wave of period 2 and height 0.16 far above; finite at 0"},
    LibraryEntry{"gmtu", "tanh(1.5*x)*exp(-0.2*x^2) + 0.1*x",
                 "Vitvitskyi et al., Mining generalizable activation functions, 2026",
                 "odd, not monotone: turns at |x| of about 1; 0.1 x far from 0"},
    LibraryEntry{"turbulent",
                 "log(1 + 0.5*max(0, x)) - log(1 + 0.5*max(-x, 0)) + 0.2*exp(-zscore(x)^2/2)*sin(2*x)",
                 "Vitvitskyi et al., Mining generalizable activation functions, 2026; the base before the + "
                 "is missing there; here sign(x) log(1 + 0.5 |x|), as a third party has it",
                 "uses statistics of the batch, for each output and not over the whole tensor as in the "
                 "paper; running ones in evaluation; with mean 0 and deviation 1 where there is no batch"},
    LibraryEntry{"mined", "0.377*x*tanh(0.841*x + 0.00957) + 0.401*x + 0.0634*sin(0.786*x)",
                 "neuronsmith discover --recipe mine --minutes 20 --seed 1 --finalists 96, docs/results/mining.md",
                 "for extrapolation; each output of a layer learns its six constants, from these on; as it "
                 "starts: slope 0.024 far below and 0.778 far above, give or take a wave of period 8 and slope 0.05",
                 Learnable::Channel},
};
// Found by searches of this program; they come last.
constexpr std::size_t kFoundHere = 1;
// clang-format on

std::optional<LibraryEntry> find(std::span<const LibraryEntry> entries, std::string_view name) {
  const auto found = std::ranges::find(entries, name, &LibraryEntry::name);
  return found == entries.end() ? std::nullopt : std::optional(*found);
}

}  // namespace

std::span<const LibraryEntry> library_aggregations() { return kAggregations; }
std::span<const LibraryEntry> library_activations() { return kActivations; }

std::span<const LibraryEntry> published_activations() {
  return std::span(kActivations).first(kActivations.size() - kFoundHere);
}

std::optional<LibraryEntry> find_aggregation(std::string_view name) {
  return find(kAggregations, name);
}

std::optional<LibraryEntry> find_activation(std::string_view name) {
  return find(kActivations, name);
}

bool is_shipped(std::string_view name) {
  return find_activation(name) || find_aggregation(name) || find_baseline(name);
}

Activation resolve_activation(const std::string& text) {
  return resolve_activation(text, "--activation", UserLibrary());
}

}  // namespace neuronsmith::neuron
