// Which call records a filter asks for, as conditions of a statement; and the walk over them in slices by key, so that a statement looks at a bounded
// number of rows however few of them fit. Thread rule: that of the session.
#pragma once
#include <optional>
#include <string>

#include "offhook/store/query.hpp"
#include "offhook/store/reader.hpp"

namespace offhook::store {

/// The place of a record in the order that all lists of records have.
struct RecordKey {
    long long invited = 0, id = 0;
};

/// Values that statements are bound to: it must outlive them.
class RecordConditions {
public:
    explicit RecordConditions(const RecordFilter& filter);

    /// Those that one of the indexes serves: records behind `after`, up to `last`. One bound for each end, so that the index is entered where they begin.
    void add_indexed(Query& query, const std::optional<RecordKey>& after, const std::optional<RecordKey>& last) const;
    /// The others: each row is looked at.
    void add_others(Query& query) const;
    [[nodiscard]] bool has_others() const;
    [[nodiscard]] const char* order() const;

    /// The last of the next slice of those that the index gives; nothing: all that are left are fewer.
    [[nodiscard]] std::optional<RecordKey> end_of_slice(soci::session& sql, const std::optional<RecordKey>& after) const;

private:
    void add_rising(Query& query, const RecordKey* after, const RecordKey* last) const;
    void add_falling(Query& query, const RecordKey* after, const RecordKey* last) const;

    std::string user_, account_, destination_, tariff_;
    long long from_, to_, seconds_;
    int status_;
    bool in_progress_, newest_first_, charged_;
};

[[nodiscard]] std::optional<RecordKey> key_of_record(soci::session& sql, std::uint64_t id);

}  // namespace offhook::store
