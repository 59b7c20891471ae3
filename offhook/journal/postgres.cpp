#include "offhook/journal/postgres.hpp"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "offhook/base/text.hpp"
#include "offhook/runtime/clock.hpp"

namespace offhook::journal {
namespace {

struct Clear {
    void operator()(PGresult* result) const noexcept { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, Clear>;

/// One line, without what libpq puts at the end.
std::string said(const char* text) {
    std::string out(trim(text != nullptr ? text : ""));
    std::ranges::replace(out, '\n', ' ');
    return out;
}

// Classes of PostgreSQL's Appendix A that are about the values: data exception, integrity constraint, WITH CHECK OPTION, a program limit (a row too
// large for an index), and what a trigger raises.
bool is_of_the_row(std::string_view state) {
    constexpr std::array<std::string_view, 5> classes{"22", "23", "44", "54", "P0"};
    return std::ranges::find(classes, state.substr(0, 2)) != classes.end();
}

struct FreeOptions {
    void operator()(PQconninfoOption* options) const noexcept { PQconninfoFree(options); }
};

}  // namespace

void Postgres::Finish::operator()(pg_conn* connection) const noexcept { PQfinish(connection); }

std::expected<void, std::string> Postgres::open() {
    if (connected_ && PQstatus(connected_.get()) == CONNECTION_OK) return {};
    const std::string seconds = std::to_string(std::max<std::int64_t>(2, std::chrono::ceil<std::chrono::seconds>(timeout_).count()));
    // A later keyword wins, and `dbname` stands for all that the operator wrote: what is his choice comes before it.
    const char* const keywords[] = {"application_name", "connect_timeout", "dbname", "client_encoding", nullptr};
    const char* const values[] = {"offhookd", seconds.c_str(), connection_.c_str(), "UTF8", nullptr};
    connected_.reset(PQconnectdbParams(keywords, values, /*expand_dbname=*/1));
    if (!connected_ || PQstatus(connected_.get()) != CONNECTION_OK || PQsetnonblocking(connected_.get(), 1) != 0) {
        std::string error = connected_ ? said(PQerrorMessage(connected_.get())) : "no memory";
        close();
        return std::unexpected(std::move(error));
    }
    PQsetNoticeProcessor(
        connected_.get(), [](void*, const char*) {}, nullptr);
    return {};
}

bool Postgres::wait(bool to_write, Instant until) const {
    for (;;) {
        pollfd watched{PQsocket(connected_.get()), static_cast<short>(POLLIN | (to_write ? POLLOUT : 0)), 0};
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - runtime::read_clock().steady).count();
        if (left <= 0 || (closing_ != nullptr && closing_->reached())) return false;
        constexpr auto glance = std::chrono::floor<std::chrono::milliseconds>(runtime::Closing::glance).count();
        const int ready = ::poll(&watched, 1, static_cast<int>(std::min<std::int64_t>(left, glance)));
        if (ready > 0) return true;
        if (ready < 0 && errno != EINTR) return false;
    }
}

// The server may want to be read while it is written to.
bool Postgres::finish_sending(Instant until) const {
    for (;;) {
        const int unsent = PQflush(connected_.get());
        if (unsent == 0) return true;
        if (unsent < 0 || !wait(true, until) || PQconsumeInput(connected_.get()) != 1) return false;
    }
}

Postgres::Failure Postgres::lost() {
    std::string error = connected_ ? said(PQerrorMessage(connected_.get())) : std::string();
    close();
    if (error.empty()) error = "no answer within " + std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(timeout_).count()) + " ms";
    return {std::move(error), false};
}

std::expected<Postgres::Rows, Postgres::Failure> Postgres::read(Instant until, std::string* tag) {
    Rows rows;
    std::optional<Failure> failure;
    for (;;) {
        while (PQisBusy(connected_.get()) != 0)
            if (!wait(false, until) || PQconsumeInput(connected_.get()) != 1) return std::unexpected(lost());
        const Result result(PQgetResult(connected_.get()));
        if (!result) break;
        const ExecStatusType status = PQresultStatus(result.get());
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
            const char* const state = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
            failure = Failure{said(PQresultErrorMessage(result.get())), state != nullptr && is_of_the_row(state)};
            continue;
        }
        if (tag != nullptr) *tag = PQcmdStatus(result.get());
        const int count = PQntuples(result.get()), columns = PQnfields(result.get());
        rows.reserve(static_cast<std::size_t>(count));
        for (int row = 0; row < count; ++row) {
            auto& values = rows.emplace_back();
            values.reserve(static_cast<std::size_t>(columns));
            for (int column = 0; column < columns; ++column)
                values.push_back(PQgetisnull(result.get(), row, column) != 0 ? Value() : Value(PQgetvalue(result.get(), row, column)));
        }
    }
    if (PQstatus(connected_.get()) != CONNECTION_OK) {
        close();
        if (!failure) failure = Failure{"the connection was closed", false};
        failure->of_the_row = false;
    }
    if (failure) return std::unexpected(std::move(*failure));
    return rows;
}

std::expected<Postgres::Rows, Postgres::Failure> Postgres::exchange(const std::string& statement, std::span<const Value> values, std::string* tag) {
    if (!connected_) return std::unexpected(Failure{"not connected", false});
    const Instant until = runtime::read_clock().steady + timeout_;
    std::vector<const char*> texts;
    texts.reserve(values.size());
    for (const Value& value : values) texts.push_back(value ? value->c_str() : nullptr);
    if (PQsendQueryParams(connected_.get(), statement.c_str(), static_cast<int>(texts.size()), nullptr, texts.data(), nullptr, nullptr, 0) != 1 ||
        !finish_sending(until))
        return std::unexpected(lost());
    return read(until, tag);
}

std::expected<Postgres::Rows, Postgres::Failure> Postgres::run(const std::string& statement, std::span<const Value> values) {
    return exchange(statement, values, nullptr);
}

std::expected<void, Postgres::Failure> Postgres::commit() {
    std::string tag;
    auto done = exchange("COMMIT", {}, &tag);
    if (!done) return std::unexpected(std::move(done.error()));
    if (tag != "COMMIT") return std::unexpected(Failure{"the transaction had failed: the server answered COMMIT with " + tag, false});
    return {};
}

void Postgres::rollback() {
    if (connected_ && PQtransactionStatus(connected_.get()) != PQTRANS_IDLE && !run("ROLLBACK")) close();
}

std::string check_connection(const std::string& connection) {
    char* error = nullptr;
    const std::unique_ptr<PQconninfoOption, FreeOptions> options(PQconninfoParse(connection.c_str(), &error));
    std::string text = options ? std::string() : said(error);
    PQfreemem(error);
    return text;
}

std::string describe_connection(const std::string& connection) {
    const std::unique_ptr<PQconninfoOption, FreeOptions> options(PQconninfoParse(connection.c_str(), nullptr));
    const auto value = [&](std::string_view keyword) {
        for (const PQconninfoOption* option = options.get(); option != nullptr && option->keyword != nullptr; ++option)
            if (option->keyword == keyword && option->val != nullptr) return std::string(option->val);
        return std::string();
    };
    const std::string port = value("port");
    return "postgresql://" + value("host") + (port.empty() ? "" : ":" + port) + "/" + value("dbname");
}

}  // namespace offhook::journal
