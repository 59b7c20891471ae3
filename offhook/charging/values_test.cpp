// The values that tariffs are made of: amounts, destinations, bands.
#include <gtest/gtest.h>

#include <utility>

#include "offhook/charging/band.hpp"
#include "offhook/charging/destination.hpp"
#include "offhook/charging/money.hpp"

namespace offhook::charging {
namespace {

TEST(Amount, IsReadAndWrittenExactly) {
    const std::pair<const char*, Micros> cases[] = {{"0.00", 0},
                                                    {"0.09", 90'000},
                                                    {"-0.50", -500'000},
                                                    {"1.000001", 1'000'001},
                                                    {"12.00", 12'000'000},
                                                    {"0.001", 1'000},
                                                    {"9223372036854.775807", INT64_MAX},
                                                    {"-9223372036854.775808", INT64_MIN}};
    for (const auto& [text, micros] : cases) {
        EXPECT_EQ(parse_amount(text), micros) << text;
        EXPECT_EQ(amount_text(micros), text);
    }
    EXPECT_EQ(parse_amount("5"), 5'000'000);
    EXPECT_EQ(parse_amount("007.5"), 7'500'000);
    EXPECT_EQ(parse_amount("1.50000000"), 1'500'000);
}

TEST(Amount, IsRefusedRatherThanChanged) {
    for (const char* text : {"", "-", ".", "1.", ".5", "+1", "1,5", "1e3", " 1", "1 ", "--1", "0x1", "1.2.3", "1.-5"})
        EXPECT_EQ(parse_amount(text).error(), MoneyError::not_decimal) << text;
    EXPECT_EQ(parse_amount("0.0000001").error(), MoneyError::too_fine);
    for (const char* text : {"9223372036854.775808", "-9223372036854.775809", "9223372036855", "18446744073709551616", "18446744073710"})
        EXPECT_EQ(parse_amount(text).error(), MoneyError::overflow) << text;
}

TEST(Money, NeverWrapsNorMixesCurrencies) {
    const Currency eur = *Currency::parse("EUR"), usd = *Currency::parse("USD");
    EXPECT_EQ(add(Money{1, eur}, Money{2, eur}), (Money{3, eur}));
    EXPECT_EQ(subtract(Money{1, eur}, Money{2, eur}), (Money{-1, eur}));
    EXPECT_EQ(add(Money{INT64_MAX, eur}, Money{1, eur}).error(), MoneyError::overflow);
    EXPECT_EQ(subtract(Money{INT64_MIN, eur}, Money{1, eur}).error(), MoneyError::overflow);
    EXPECT_EQ(add(Money{1, eur}, Money{1, usd}).error(), MoneyError::other_currency);
    for (const char* code : {"", "EU", "EURO", "eur", "E1R"}) EXPECT_FALSE(Currency::parse(code)) << code;
    EXPECT_EQ(eur.code(), "EUR");
}

std::string normalised(std::string_view uri) {
    static const DialPlan plan = DialPlan::make({{"0", "+49"}, {"00", "+"}, {"112", "112"}, {"9", ""}}).value();
    const auto parsed = message::parse_uri(uri);
    if (!parsed) return "no URI";
    const auto destination = plan.normalised(*parsed);
    if (!destination) return destination.error() == DestinationError::no_user ? "no user" : "too long";
    return (destination->is_number() ? "number " : "name ") + std::string(destination->text());
}

// RFC 3966 §5.1.1: separators do not count. RFC 3261 §19.1.6: parameters of a number stand in the user part.
TEST(Destination, HasOneFormForEachWayOfWriting) {
    const std::pair<const char*, const char*> cases[] = {{"tel:+49-30-(123).456", "number +4930123456"},
                                                         {"sip:+4930123456@example.com", "number +4930123456"},
                                                         {"sips:%2B49%2030@example.com", "name +49 30"},
                                                         {"sip:%2b4930@example.com", "number +4930"},
                                                         {"sip:+4930;ext=5@example.com;user=phone", "number +4930"},
                                                         {"sip:+4930:secret@example.com", "number +4930"},
                                                         {"sip:0049.30.1@example.com", "number +49301"},
                                                         {"sip:030-1@example.com", "number +49301"},
                                                         {"tel:030;phone-context=+1", "number +4930"},
                                                         {"tel:112;phone-context=example.com", "number 112"},
                                                         {"sip:*21%230301@example.com", "number *21#0301"},
                                                         {"sip:9030@example.com", "number 030"},
                                                         {"sip:12345@example.com", "number 12345"},
                                                         {"sip:alice@example.com", "name alice"},
                                                         {"sip:ada@example.com", "name ada"},
                                                         {"sip:John.Doe@example.com", "name John.Doe"},
                                                         {"sip:a%6cice@example.com", "name alice"},
                                                         {"sip:-@example.com", "name -"},
                                                         {"urn:service:sos", "name service:sos"},
                                                         {"sip:example.com", "no user"},
                                                         {"sip:9@example.com", "no user"},
                                                         {"sip:00@example.com", "no user"}};
    for (const auto& [uri, expected] : cases) EXPECT_EQ(normalised(uri), expected) << uri;
}

TEST(Destination, IsBounded) {
    const std::string most(Destination::most_octets, 'a');
    EXPECT_EQ(normalised("sip:" + most + "@example.com"), "name " + most);
    EXPECT_EQ(normalised("sip:" + most + "a@example.com"), "too long");
    EXPECT_EQ(normalised("sip:" + std::string(10'000, 'a') + "@example.com"), "too long");
    EXPECT_EQ(normalised("sip:1" + std::string(190, '-') + "@example.com"), "number 1");
    EXPECT_EQ(normalised("sip:0" + std::string(62, '1') + "@example.com"), "too long");  // +49 makes it so
}

TEST(DialPlan, RefusesRulesThatCannotBeMeant) {
    const std::vector<DialRule> wrong[] = {{{"+", ""}}, {{"a", "1"}}, {{"0", "4+9"}}, {{"0", "+49"}, {"0", "+43"}}, {{"0", std::string(64, '1')}}};
    for (const auto& rules : wrong) EXPECT_FALSE(DialPlan::make(rules)) << rules.front().strip;
    EXPECT_EQ(DialPlan::make({{"1", "2"}, {"x", ""}}).error().rule, 1u);
}

TEST(Band, IsReadAndWritten) {
    const std::pair<const char*, std::uint8_t> days[] = {{"", 0x7f}, {"mon", 1}, {"mon-fri", 0x1f}, {"sat sun", 0x60}, {"mon wed-fri sun", 0x5d}};
    for (const auto& [text, mask] : days) {
        EXPECT_EQ(parse_days(text), mask) << text;
        EXPECT_EQ(days_text(mask), text);
    }
    EXPECT_EQ(parse_days("Fri-Mon"), 0x71);
    for (const char* text : {"mo", "mon,tue", "mon-", "-mon", "mon--tue", "1-5"}) EXPECT_FALSE(parse_days(text)) << text;
    for (const char* text : {"", "08:00-18:00", "22:00-06:00", "18:00-24:00", "23:59-00:01"}) {
        Band band;
        EXPECT_TRUE(parse_hours(text, band)) << text;
        EXPECT_EQ(hours_text(band), text);
    }
    Band untouched{.days = 1};
    for (const char* text : {"8-18", "08:00", "08:00-08:00", "24:00-01:00", "08:60-09:00", "08:00-24:01", "08:00 - 18:00", "-"})
        EXPECT_FALSE(parse_hours(text, untouched)) << text;
    EXPECT_EQ(untouched, Band{.days = 1});
}

}  // namespace
}  // namespace offhook::charging
