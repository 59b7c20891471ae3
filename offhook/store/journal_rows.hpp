// The rows of the journal (table event) as the writer adds them: it alone gives each its seq. Thread rule: that of its session.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "offhook/base/time.hpp"
#include "offhook/store/names.hpp"
#include "offhook/store/statement.hpp"

namespace offhook::store {

class JournalRows {
public:
    explicit JournalRows(soci::session& sql) : sql_(sql) {}

    /// A sink remembers a seq, so none may ever come twice, even when all events are purged.
    void read_last();
    void add(EventKind kind, std::string_view json, UtcTime now) { add_row(kind, json, nullptr, now); }
    /// Of a call: the record says it all.
    void add(EventKind kind, std::uint64_t record, UtcTime now) { add_row(kind, {}, static_cast<std::int64_t>(record), now); }

    [[nodiscard]] std::int64_t last() const { return last_; }            ///< of the open transaction too
    [[nodiscard]] std::int64_t committed() const { return committed_; }  ///< of the last commit
    /// A part of the transaction was undone.
    void go_back_to(std::int64_t last) { last_ = last; }
    void on_commit() { committed_ = last_; }
    void on_rollback() {
        last_ = committed_;
        put_.reset();
    }

private:
    void add_row(EventKind kind, std::string_view json, auto record, UtcTime now) {
        if (!put_) put_.emplace(sql_, "INSERT INTO event (seq, time, kind, payload, record) VALUES (?, ?, ?, ?, ?)");
        put_->run(++last_, now, name_of(kind), Escaped{json}, record);
    }

    soci::session& sql_;
    std::int64_t last_ = 0, committed_ = 0;
    std::optional<Statement> put_;
};

}  // namespace offhook::store
