// The sessions of those who read: opened when first needed, lent to one caller at a time, dropped after an error. No statement runs for more
// than a second (rule 4). Thread rule: any thread; a call waits while all sessions are taken.
#pragma once
#include <soci/soci.h>

#include <condition_variable>
#include <cstddef>
#include <expected>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "offhook/store/config.hpp"
#include "offhook/store/connect.hpp"

namespace offhook::store {

class SessionPool {
public:
    explicit SessionPool(const Config& config);

    template <class Function>
    auto with(Function&& function) -> std::expected<decltype(function(std::declval<soci::session&>())), std::string> {
        std::unique_ptr<soci::session> session = take();
        try {
            if (!session) session = open();
            limit_statements(*session, statement_milliseconds);
            auto result = function(*session);
            limit_statements(*session, 0);
            give_back(std::move(session));
            return result;
        } catch (const soci::soci_error&) {
            std::string error = "cannot read the database: " + current_failure().text;
            session.reset();
            give_back(nullptr);
            return std::unexpected(std::move(error));
        }
    }

private:
    static constexpr int statement_milliseconds = 1000;

    std::unique_ptr<soci::session> take();  ///< null: there is none that is open
    std::unique_ptr<soci::session> open();
    void give_back(std::unique_ptr<soci::session> session);

    const Config config_;
    std::mutex mutex_;
    std::condition_variable returned_;
    std::size_t free_;
    std::vector<std::unique_ptr<soci::session>> idle_;
};

}  // namespace offhook::store
