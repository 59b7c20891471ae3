// The command line of offhookd.
#pragma once
#include <optional>
#include <string>

namespace offhook::daemon {

struct Options {
    std::string config;        ///< --config FILE
    bool check = false;        ///< --check FILE: read it, name its mistakes, end
    bool help_config = false;  ///< --help-config: print every setting, end
    int ready_fd = -1;         ///< --ready-fd N
    unsigned first_users = 0;  ///< --first-users N
};

/// Nothing, and the exit status, if the program is to end here: help and version were printed, or what is wrong.
[[nodiscard]] std::optional<Options> read_options(int argc, char** argv, int& status);

}  // namespace offhook::daemon
