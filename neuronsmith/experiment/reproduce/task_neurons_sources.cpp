#include "neuronsmith/experiment/reproduce/task_neurons_sources.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/experiment/reproduce/task_neurons.hpp"

namespace neuronsmith::experiment::task_neurons {
namespace {

using enum TaskKind;

// clang-format off
const std::array kSources = {
    Source{"california_housing", Regression, "", Published{.2093, .2016, .2165, .2183, .0553, 621, 340}},
    Source{"house_sales_king_county", Regression, "", Published{.1207, .1375, .2282, .1466, .0139, 1323, 1391}},
    Source{"airfoil_self_noise", Regression, "", Published{.1731, .1461, 1.2447, .3747, .0170, 459, 241}},
    Source{"diamonds", Regression, "", Published{.0181, .0198, .0216, .0375, .0069, 675, 685}},
    Source{"abalone", Regression, "", Published{.6677, .6697, 1.0214, .6916, .0246, 621, 584}},
    Source{"bike_sharing_hourly", Regression, "", Published{.0640, .0642, .0637, .0863, .0076, 837, 919}},
    Source{"space_ga", Regression, "", Published{.3318, .3139, 1.1100, .4465, .0055, 513, 267}},
    Source{"airlines_depdelay", Regression, "", Published{.9288, .9308, .9297, .9335, .1690, 675, 667}},
    Source{"credit", Classification, "", Published{.7367, .7350, .5700, .7117, .7498, 1296, 1248}},
    Source{"heloc", Classification, "", Published{.7230, .7208, .6987, .7125, .7262, 1404, 1332}},
    Source{"electricity", Classification, "", Published{.8145, .8139, .8092, .7979, .8119, 648, 636}},
    Source{"phoneme", Classification, "", Published{.8501, .8492, .6815, .8289, .8651, 486, 482}},
    Source{"magic_telescope", Classification, "", Published{.8734, .8753, .8573, .8582, .8531, 756, 400}},
    Source{"vehicle", Classification, "", Published{.7686, .7549, .2725, .6294, .8000, 1242, 1173}},
    Source{"oranges_vs_grapefruit", Classification, "", Published{.9555, .9835, .9517, .9628, .9813, 486, 279}},
    Source{"eye_movements", Classification, "", Published{.5826, .5777, .4919, .5414, .6080, 1701, 1675}},
    Source{"dielectron", Regression, "", std::nullopt},
    Source{"asteroid_diameter", Regression, "", std::nullopt},
    Source{"heart_failure", Classification, "time", std::nullopt},
    Source{"stellar_sdss17", Classification, "", std::nullopt},
};
// clang-format on

PublishedValue as_printed(double value) { return {.printed = value, .converted = value}; }

}  // namespace

std::span<const Source> sources() { return kSources; }

const Source& find_source(std::string_view name) {
  const auto found = std::ranges::find(kSources, name, &Source::name);
  if (found != kSources.end()) return *found;
  throw ConfigError(fmt::format("--tables: no table of the study is called \"{}\"; known are {}",
                                name,
                                fmt::join(task_neurons_tables(), ", ")));
}

std::optional<PublishedValue> published(std::string_view table,
                                        std::string_view network,
                                        double signed_variance) {
  const Source& source = find_source(table);
  if (!source.published) return std::nullopt;
  const Published& p = *source.published;
  if (network == "chebykan") return as_printed(p.chebykan);
  if (network == "fourierkan") return as_printed(p.fourierkan);
  if (network == "fastkan") return as_printed(p.fastkan);
  PublishedValue value = as_printed(network == "kan" ? p.kan : p.task_based);
  if (network == "kan") value.parameters = p.kan_parameters;
  if (network == "kan") return value;
  if (network != "discover:vsr") return std::nullopt;
  if (source.task == Regression) value.converted = p.task_based / signed_variance;
  if (*value.converted > 1.0) value.converted.reset();
  value.parameters = p.task_based_parameters;
  return value;
}

}  // namespace neuronsmith::experiment::task_neurons
