#pragma once

#include <cstddef>
#include <span>

/// Which order sets describe the same function: small calculations behind
/// docs/results/neuronseek.md.
namespace neuronsmith::experiment::recovery {

/// Share of the variance of x^T M x, x ~ N(0, 1), that no sum of `rank` products (u.x)(v.x) holds.
/// `symmetric` is M, [n * n].
///
/// A product is x^T A x with A = (u v^T + v u^T)/2, which has at most one positive and one negative
/// eigenvalue; a pair of eigenvectors a, b to eigenvalues p > 0 > -q is such a product, of
/// sqrt(p) a + sqrt(q) b and sqrt(p) a - sqrt(q) b. So `rank` products are exactly the matrices of
/// at most `rank` eigenvalues of either sign, and because the variance of x^T M x is 2 |M|^2, what
/// is left is the sum of the squares of the other eigenvalues over that of all.
[[nodiscard]] double quadratic_beyond_products(std::span<const double> symmetric,
                                               std::size_t n,
                                               std::size_t rank);

/// So many products of `order` inner products are necessary for sum_i x_i^order over `n` inputs,
/// order > 1: n / (order - 1), rounded up.
///
/// Where all x_i > 0 the second derivatives of the sum have n positive eigenvalues: they are
/// order (order - 1) diag(x_i^(order - 2)). Those of a product f of l_m = u_m.x are
/// f (s s^T - sum_m a_m a_m^T) with a_m = u_m / l_m and s = sum_m a_m. At most 1 of their
/// eigenvalues is positive where f > 0; at most order - 1 where f < 0, because in the coordinates
/// of the a_m the form is the unit matrix less one of only ones, whose sum of entries is not
/// positive.
[[nodiscard]] std::size_t least_products(std::size_t n, int order);

/// So many are enough: n, one a coordinate, or of order 3 from three inputs on n/2 + 1, rounded
/// down, because a^3 + b^3 + c^3 = (a + b + c)^3 - 3 (a + b)(b + c)(c + a): every two further
/// coordinates take one product, and one cube is left. For orders 2 and 3 this and least_products()
/// leave no more than one product between them.
[[nodiscard]] std::size_t enough_products(std::size_t n, int order);

}  // namespace neuronsmith::experiment::recovery
