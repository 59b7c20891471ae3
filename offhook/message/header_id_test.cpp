#include "offhook/message/header_id.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "offhook/base/text.hpp"
#include "offhook/message/method.hpp"

namespace offhook::message {
namespace {

TEST(HeaderId, IsFoundByEachNameInAnyCase) {
    std::set<std::string> names;
    for (int i = 1; i < static_cast<int>(HeaderId::count_); ++i) {
        const auto id = static_cast<HeaderId>(i);
        const HeaderRow& row = row_of(id);
        EXPECT_EQ(row.id, id);
        EXPECT_TRUE(names.insert(lower(row.name)).second) << row.name;
        std::string shouted(row.name);
        for (char& c : shouted)
            if (is_alpha(c)) c = static_cast<char>(c & ~0x20);
        EXPECT_EQ(header_id(row.name), id) << row.name;
        EXPECT_EQ(header_id(lower(row.name)), id) << row.name;
        EXPECT_EQ(header_id(shouted), id) << row.name;
        EXPECT_EQ(header_id(std::string(row.name) + "x"), HeaderId::other) << row.name;
        if (row.compact != 0) {
            EXPECT_EQ(header_id(std::string(1, row.compact)), id) << row.name;
        }
    }
}

// RFC 3261 §7.3.3 and the extensions' own compact forms.
TEST(HeaderId, KnowsCompactForms) {
    const std::pair<char, const char*> forms[] = {{'i', "Call-ID"},
                                                  {'m', "Contact"},
                                                  {'e', "Content-Encoding"},
                                                  {'l', "Content-Length"},
                                                  {'c', "Content-Type"},
                                                  {'f', "From"},
                                                  {'s', "Subject"},
                                                  {'k', "Supported"},
                                                  {'t', "To"},
                                                  {'v', "Via"},
                                                  {'o', "Event"},
                                                  {'u', "Allow-Events"},
                                                  {'r', "Refer-To"},
                                                  {'b', "Referred-By"},
                                                  {'x', "Session-Expires"},
                                                  {'a', "Accept-Contact"},
                                                  {'j', "Reject-Contact"},
                                                  {'d', "Request-Disposition"}};
    for (const auto& [letter, name] : forms) {
        EXPECT_EQ(name_of(header_id(std::string(1, letter))), name);
        EXPECT_EQ(name_of(header_id(std::string(1, static_cast<char>(letter & ~0x20)))), name);
    }
}

TEST(HeaderId, IsOtherForUnknownNames) {
    for (const char* name : {"", "q", "-", "Via-", "C%6Fntact", "X-Anything", "Content-Lengt", "\xff\xfe"})
        EXPECT_EQ(header_id(name), HeaderId::other) << name;
}

TEST(Method, IsCaseSensitive) {
    for (int i = 1; i <= static_cast<int>(Method::update); ++i) EXPECT_EQ(method_of(name_of(static_cast<Method>(i))), static_cast<Method>(i));
    for (const char* name : {"", "invite", "INVITES", "INVIT", "RE%47IST%45R", "X"}) EXPECT_EQ(method_of(name), Method::other) << name;
    EXPECT_EQ(name_of(Method::other), "");
}

}  // namespace
}  // namespace offhook::message
