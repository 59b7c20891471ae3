// offhook parse FILE|-: the structure of a SIP message, or what is wrong with it.
#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <memory>

#include "apps/offhook/file.hpp"
#include "apps/offhook/list.hpp"
#include "apps/offhook/program.hpp"
#include "offhook/message/report.hpp"
#include "offhook/store/escape.hpp"

namespace offhook::cli {
namespace {

namespace json = boost::json;
using message::Routing;

json::string shown(std::string_view octets) { return json::string(store::escaped(octets)); }

json::value port_json(std::uint16_t port) { return port == 0 ? json::value(nullptr) : json::value(port); }

json::object address_json(const Routing::Address& address) {
    json::object parameters;
    for (const auto& [name, value] : address.parameters) parameters[store::escaped(name)] = shown(value);
    return {{"display_name", shown(address.display_name)},
            {"uri", shown(address.uri)},
            {"scheme", shown(address.scheme)},
            {"user", shown(address.user)},
            {"host", shown(address.host)},
            {"port", port_json(address.port)},
            {"tag", shown(address.tag)},
            {"parameters", std::move(parameters)}};
}

json::array addresses_json(const std::vector<Routing::Address>& addresses) {
    json::array out;
    for (const auto& address : addresses) out.push_back(address_json(address));
    return out;
}

json::object routing_json(const Routing& routing) {
    json::object out;
    if (routing.request_uri) out["request_uri"] = address_json(*routing.request_uri);
    if (routing.from) out["from"] = address_json(*routing.from);
    if (routing.to) out["to"] = address_json(*routing.to);
    if (routing.contact_star)
        out["contact"] = "*";
    else
        out["contact"] = addresses_json(routing.contacts);
    out["route"] = addresses_json(routing.routes);
    out["record_route"] = addresses_json(routing.record_routes);
    json::array vias;
    for (const auto& via : routing.vias) {
        json::object hop{{"transport", shown(via.transport)},
                         {"host", shown(via.host)},
                         {"port", port_json(via.port)},
                         {"branch", shown(via.branch)},
                         {"received", shown(via.received)}};
        if (via.rport) hop["rport"] = port_json(*via.rport);
        vias.push_back(std::move(hop));
    }
    out["via"] = std::move(vias);
    out["call_id"] = shown(routing.call_id);
    out["cseq"] = json::object{{"number", routing.cseq}, {"method", shown(routing.cseq_method)}};
    if (routing.max_forwards) out["max_forwards"] = *routing.max_forwards;
    if (routing.expires) out["expires"] = *routing.expires;
    if (!routing.content_type.empty()) out["content_type"] = shown(routing.content_type);
    return out;
}

json::object structure_json(const message::Structure& structure) {
    json::object out{{"kind", structure.request ? "request" : "response"}};
    if (structure.request) {
        out["method"] = shown(structure.method);
        out["request_uri"] = shown(structure.request_uri);
    } else {
        out["status"] = structure.status;
        out["reason"] = shown(structure.reason);
    }
    json::array headers;
    for (const auto& [name, value] : structure.headers) headers.push_back(json::object{{"name", shown(name)}, {"value", shown(value)}});
    out["headers"] = std::move(headers);
    out["routing"] = routing_json(structure.routing);
    out["body"] = json::object{{"offset", structure.body_offset}, {"size", structure.body_size}};
    if (structure.surplus != 0) out["surplus"] = structure.surplus;
    return out;
}

json::object problem_json(const message::Problem& problem) {
    json::object out{{"byte", problem.offset},
                     {"line", problem.line},
                     {"header", shown(problem.header)},
                     {"text", json::string(problem.text)},
                     {"section", json::string(problem.section)}};
    if (problem.response)
        out["owed"] = nullptr;
    else
        out["owed"] = json::object{{"status", problem.status}, {"reason", json::string(problem.reason)}};
    return out;
}

/// JSON with two blanks for each level, as a person reads it.
void pretty(std::string& out, const json::value& value, std::size_t depth) {
    const std::string indent(2 * (depth + 1), ' ');
    const char* separator = "\n";
    if (const auto* object = value.if_object(); object != nullptr && !object->empty()) {
        out += '{';
        for (const auto& [key, member] : *object) {
            out.append(separator).append(indent).append(json::serialize(json::value(key))).append(": ");
            pretty(out, member, depth + 1);
            separator = ",\n";
        }
        out.append("\n").append(2 * depth, ' ').append("}");
    } else if (const auto* array = value.if_array(); array != nullptr && !array->empty()) {
        out += '[';
        for (const auto& element : *array) {
            out.append(separator).append(indent);
            pretty(out, element, depth + 1);
            separator = ",\n";
        }
        out.append("\n").append(2 * depth, ' ').append("]");
    } else {
        out += json::serialize(value);
    }
}

std::expected<Exit, Failure> parse(const std::string& name, bool always_json) {
    const auto bytes = read_file(name);
    if (!bytes) return std::unexpected(bytes.error());
    const message::Report report = message::examine(*bytes);
    if (!report.valid() && !always_json) {
        print(message::explain(*report.problem, name == "-" ? "standard input" : name));
        return Exit::refused;
    }
    json::object out{{"valid", report.valid()}};
    if (report.problem) out["problem"] = problem_json(*report.problem);
    if (report.structure)
        for (auto& [key, member] : structure_json(*report.structure)) out[key] = std::move(member);
    std::string text;
    pretty(text, out, 0);
    print(text + "\n");
    return report.valid() ? Exit::done : Exit::refused;
}

}  // namespace

void add_parse_command(CLI::App& app, Program& program) {
    struct Options {
        std::string file;
        bool json = false;
    };
    const auto options = std::make_shared<Options>();  // lives as long as the callback
    auto* command =
        app.add_subcommand("parse", "Show a SIP message's structure as JSON, or what is wrong with it, where, and what a server owes for it");
    command->add_option("file", options->file, "The message, with nothing before or after it; - is standard input")->required()->type_name("FILE");
    command->add_flag("--json", options->json, "What is wrong as JSON too");
    command->callback([&program, options] { program.run = [options] { return parse(options->file, options->json); }; });
}

}  // namespace offhook::cli
