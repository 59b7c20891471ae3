// A reading statement put together from parts: which conditions it has depends on a filter, and only what is bound may be used by an
// index. Thread rule: that of its session.
#pragma once
#include <soci/soci.h>

#include <string>
#include <string_view>
#include <utility>

namespace offhook::store {

class Query {
public:
    explicit Query(soci::session& sql, std::string text) : statement_(sql), text_(std::move(text)) {}

    void exchange(auto&& element) { statement_.exchange(element); }
    template <class... Values>
    Query& reads(Values&... values) {
        (statement_.exchange(soci::into(values)), ...);
        return *this;
    }
    template <class... Values>
    Query& where(std::string_view condition, const Values&... values) {
        text_ += conditions_++ == 0 ? " WHERE " : " AND ";
        text_ += condition;
        (statement_.exchange(soci::use(values)), ...);
        return *this;
    }
    template <class Function>
    void each(std::string_view tail, const int& limit, Function&& row, std::string_view offset = {}) {
        text_ += tail;
        text_ += " LIMIT :limit";
        text_ += offset;
        statement_.exchange(soci::use(limit));
        statement_.alloc();
        statement_.prepare(text_);
        statement_.define_and_bind();
        statement_.execute();
        while (statement_.fetch()) row();
    }

private:
    soci::statement statement_;
    std::string text_;
    int conditions_ = 0;
};

}  // namespace offhook::store
