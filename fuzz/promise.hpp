// What every fuzz target says it with: a promise of the layers, and the input at hand when one is broken.
#pragma once
#include <string_view>

namespace offhook::fuzz {

extern std::string_view current;  ///< the whole input of the run; each target sets it first

/// Ends the program with `what` and the current input in hexadecimal unless it holds.
void promise(bool holds, const char* what);

/// `part` is a view into `whole`, or empty.
[[nodiscard]] bool within(std::string_view part, std::string_view whole);

}  // namespace offhook::fuzz
