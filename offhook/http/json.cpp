// Boost.JSON's own sources: the library is used without its binary (docs/dependencies.md).
#include <boost/json/src.hpp>
