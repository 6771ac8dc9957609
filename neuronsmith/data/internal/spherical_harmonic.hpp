#pragma once

namespace neuronsmith::internal {

/// Real spherical harmonic of degree l >= 0 and order m, -l <= m <= l, orthonormal on the sphere,
/// at the polar angle theta and the azimuth phi: K P_l^|m|(cos theta) times cos(m phi), or
/// sin(|m| phi) for m < 0. P_l^m is without the sign (-1)^m.
[[nodiscard]] double spherical_harmonic(int l, int m, double theta, double phi);

}  // namespace neuronsmith::internal
