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
#include "offhook/message/body.hpp"
#include "offhook/message/report.hpp"
#include "offhook/sdp/check.hpp"
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

json::array parts_json(const std::vector<message::Part>& parts) {
    json::array out;
    for (const message::Part& part : parts) {
        if (part.depth == 0) continue;
        out.push_back(json::object{{"content_type", shown(part.content_type)},
                                   {"content_disposition", shown(part.content_disposition)},
                                   {"content_id", shown(part.content_id)},
                                   {"offset", part.offset},
                                   {"size", part.size},
                                   {"depth", part.depth}});
    }
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
    if (!structure.parts.empty()) out["body"].as_object()["parts"] = parts_json(structure.parts);
    if (structure.surplus != 0) out["surplus"] = structure.surplus;
    return out;
}

json::object problem_json(const message::Problem& problem) {
    json::object out{{"byte", problem.offset},
                     {"line", problem.line},
                     {"header", shown(problem.header)},
                     {"text", shown(problem.text)},
                     {"section", json::string(problem.section)}};
    if (problem.response)
        out["owed"] = nullptr;
    else
        out["owed"] = json::object{{"status", problem.status}, {"reason", json::string(problem.reason)}};
    return out;
}

json::array remarks_json(const std::vector<message::Remark>& remarks, std::string_view bytes) {
    json::array out;
    for (const message::Remark& remark : remarks)
        out.push_back(json::object{{"byte", remark.offset},
                                   {"line", message::line_of(bytes, remark.offset)},
                                   {"header", shown(remark.header)},
                                   {"text", shown(remark.text)},
                                   {"section", json::string(remark.section)}});
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

/// A session description is no concern of the layer that reads messages, but it is of the person who asks.
void remark_on_session(message::Report& report, std::string_view bytes) {
    message::Message message;
    if (!report.valid() || !message.index(bytes)) return;
    const std::string_view description = message::session_description(message);
    if (description.empty()) return;
    const auto remark = [&](const sdp::Defect& defect) {
        report.remarks.push_back({static_cast<std::uint32_t>(description.data() - bytes.data()) + defect.offset, "",
                                  "session description: " + std::string(defect.what), defect.section});
    };
    const auto defect = sdp::first_defect(description), further = sdp::first_defect(description, {.line_ends = false});
    if (defect) remark(*defect);
    if (further && further->offset != defect->offset) remark(*further);  // bare line feeds, which readers forgive, hide nothing
}

struct Options {
    std::string file;
    bool json = false, strict = false;
};

std::expected<Exit, Failure> parse(const Options& options) {
    const auto bytes = read_file(options.file);
    if (!bytes) return std::unexpected(bytes.error());
    const message::Strictness strictness{.require_max_forwards = options.strict, .require_rfc3261_branch = options.strict, .check_everything = true};
    message::Report report = message::examine(*bytes, strictness);
    remark_on_session(report, *bytes);
    if (!report.valid() && !options.json) {
        print(message::explain(*report.problem, options.file == "-" ? "standard input" : options.file));
        return Exit::refused;
    }
    json::object out{{"valid", report.valid()}};
    if (report.problem) out["problem"] = problem_json(*report.problem);
    if (!report.remarks.empty()) out["remarks"] = remarks_json(report.remarks, *bytes);
    if (report.structure)
        for (auto& [key, member] : structure_json(*report.structure)) out[key] = std::move(member);
    std::string text;
    pretty(text, out, 0);
    print(text + "\n");
    return report.valid() ? Exit::done : Exit::refused;
}

}  // namespace

void add_parse_command(CLI::App& app, Program& program) {
    const auto options = std::make_shared<Options>();  // lives as long as the callback
    auto* command =
        app.add_subcommand("parse", "Show a SIP message's structure as JSON, or what is wrong with it, where, and what a server owes for it");
    command->add_option("file", options->file, "The message, with nothing before or after it; - is standard input")->required()->type_name("FILE");
    command->add_flag("--json", options->json, "What is wrong as JSON too");
    command->add_flag("--strict", options->strict, "Refuse what peers of RFC 2543 do: no Max-Forwards, no branch with z9hG4bK, no From tag");
    command->callback([&program, options] { program.run = [options] { return parse(*options); }; });
}

}  // namespace offhook::cli
