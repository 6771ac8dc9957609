# Every dependency is a package of Debian 12; scripts/setup.sh names them.
# Both the build and the installed package configuration include this file.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(TBB REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_path(NEURONSMITH_CERES_INCLUDE ceres/tiny_solver.h REQUIRED)
find_package(Eigen3 REQUIRED NO_MODULE)
find_package(ZLIB REQUIRED)
find_package(CURL REQUIRED)
# Only for searches on several processes (mpirun).
set(MPI_CXX_SKIP_MPICXX TRUE)
find_package(MPI COMPONENTS CXX)
pkg_check_modules(HWY REQUIRED IMPORTED_TARGET libhwy)
pkg_check_modules(XSMM REQUIRED IMPORTED_TARGET libxsmm libxsmmnoblas)
pkg_check_modules(SQLITE3 REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
find_library(NEURONSMITH_CSV_LIBRARY csv REQUIRED)
# SQLiteCpp's own package names a target of SQLite3 that newer CMakes warn about.
find_library(NEURONSMITH_SQLITECPP_LIBRARY SQLiteCpp REQUIRED)
