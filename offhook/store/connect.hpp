// How a SOCI session on our SQLite file is opened, and what its errors mean.
#pragma once
#include <chrono>
#include <exception>
#include <string>

#include "offhook/store/config.hpp"
#include "offhook/store/write_session.hpp"

namespace soci {
class session;
}

namespace offhook::store {

/// Makes the file with mode 0600 if there is none, and takes the rights of others from one that is there. Empty, or what is wrong.
[[nodiscard]] std::string prepare_file(const std::string& path);

/// Throws soci::soci_error. `writes` false: the session refuses to write (query_only).
void connect(soci::session& sql, const Config& config, bool writes);

/// How long a statement of this session waits for another program's lock; after connect(): five seconds.
void limit_wait(soci::session& sql, std::chrono::milliseconds limit);

/// The exception in flight as a Failure: call inside a catch block only.
[[nodiscard]] Failure current_failure();

/// Ends what this session reads after so many milliseconds (rule 4: no reader holds a transaction over 1 s). 0: no limit.
void limit_statements(soci::session& sql, int milliseconds);

}  // namespace offhook::store
