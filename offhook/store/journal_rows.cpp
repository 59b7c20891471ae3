#include "offhook/store/journal_rows.hpp"

namespace offhook::store {

void JournalRows::read_last() {
    long long last = 0;
    sql_ << "SELECT max((SELECT coalesce(max(seq), 0) FROM event), coalesce((SELECT CAST(value AS INTEGER) FROM setting WHERE key = "
            "'last_event'), 0), (SELECT coalesce(max(position), 0) FROM sink))",
        soci::into(last);
    last_ = committed_ = last;
}

}  // namespace offhook::store
