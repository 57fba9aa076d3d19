#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <map>
#include <sstream>

#include "devices/model/limits.h"
#include "rules/yaml/source_text.h"
#include "rules/yaml/yaml.h"

namespace attune::yaml {

namespace {

constexpr std::size_t kFindingsMax = 100;  // per file; nobody reads further
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// Thrown by the builder to leave yaml-cpp early; caught in parse() and nowhere else.
struct Stop {};

/// Builds Nodes from yaml-cpp's events, and refuses what the subset does not have as it comes:
/// before yaml-cpp recurses into it, and before an alias can be expanded.
class Builder : public YAML::EventHandler {
 public:
  Builder(Document& document, Issues& issues) : document_(document), issues_(issues) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ < 2) return;
    report(mark, "E113", "a second document", "one file is one document: remove the `---`");
    throw Stop();
  }
  void OnDocumentEnd() override {}
  void OnAnchor(const YAML::Mark&, const std::string&) override {}
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { scalar(mark, NodeKind::null); }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { scalar(mark, NodeKind::null); }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                const std::string& value) override {
    scalar(mark, NodeKind::scalar, value, tag != "?");
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    open(mark, NodeKind::list);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    open(mark, NodeKind::map);
  }
  void OnMapEnd() override { close(); }

  /// An Issue at yaml-cpp's place. Stops when there are too many.
  void report(const YAML::Mark& mark, std::string code, std::string message, std::string hint) {
    report(place(mark), std::move(code), std::move(message), std::move(hint));
  }

  [[nodiscard]] bool reported_on(const YAML::Mark& mark) const {
    return findings_ > 0 && issues_.back().place.line == mark.line + 1;
  }

 private:
  struct Frame {
    Node node;
    std::optional<Node> key;          // of a map, between its key and its value
    std::map<std::string, int> seen;  // keys of a map, with their lines
  };

  void report(SourcePlace at, std::string code, std::string message, std::string hint) {
    issues_.push_back(document_.issue(Severity::error, std::move(code), std::move(at),
                                      std::move(message), std::move(hint)));
    if (++findings_ >= kFindingsMax) throw Stop();
  }

  SourcePlace place(const YAML::Mark& mark) const {
    return {document_.file, std::max(mark.line, 0) + 1, std::max(mark.column, 0) + 1, 1};
  }
  char byte_at(const YAML::Mark& mark) const {
    const auto at = static_cast<std::size_t>(std::max(mark.pos, 0));
    return at < document_.text.size() ? document_.text[at] : '\0';
  }

  /// Tags, anchors and aliases stand at the mark of the node that they belong to.
  void refuse_properties(const YAML::Mark& mark) {
    switch (byte_at(mark)) {
      case '!':
        return report(mark, "E108", "a YAML tag",
                      "a text that begins with ! needs quotes: \"!..\"");
      case '&':
        return report(mark, "E109", "a YAML anchor", "write the value where it is needed");
      case '*':
        return report(mark, "E109", "a YAML alias", "write the value where it is needed");
      default:
        return;
    }
  }

  Node begin(const YAML::Mark& mark, NodeKind kind) {
    refuse_properties(mark);
    if (++nodes_ > limits::kYamlNodesMax) {
      report(mark, "E111", "more than 100000 values in one file", "split the file");
      throw Stop();
    }
    Node node;
    node.kind = kind;
    node.place = place(mark);
    return node;
  }

  void scalar(const YAML::Mark& mark, NodeKind kind, const std::string& value = {},
              bool quoted = false) {
    Node node = begin(mark, kind);
    node.text = value;
    node.quoted = quoted;
    const char first = byte_at(mark);
    if (quoted && (first == '"' || first == '\'')) ++node.place.column;
    node.place.length = underlined(mark, node);
    refuse_open_quote(mark);
    if (quoted && !is_utf8(value)) {  // yaml-cpp writes \N and \_ as single bytes
      report(mark, "E112", "an escape that makes no valid UTF-8", "write \\u0085 or \\u00a0");
    }
    attach(std::move(node));
  }

  /// yaml-cpp takes the end of the file for the end of a quoted text.
  void refuse_open_quote(const YAML::Mark& mark) {
    const char quote = byte_at(mark);
    if (quote != '"' && quote != '\'') return;
    const std::string_view text = document_.text;
    auto at = static_cast<std::size_t>(std::max(mark.pos, 0)) + 1;
    while (at < text.size() && text[at] != quote) at += quote == '"' && text[at] == '\\' ? 2 : 1;
    if (at < text.size()) return;
    report(mark, "E101", "this quote is never closed", "close it");
  }

  /// The length of a scalar's text, as far as it stands on its first line.
  int underlined(const YAML::Mark& mark, const Node& node) const {
    const auto at = static_cast<std::size_t>(std::max(mark.pos, 0));
    const std::size_t shown = std::max<std::size_t>(node.text.size(), 1);
    const std::string_view rest = std::string_view(document_.text).substr(at, shown);
    return static_cast<int>(std::max<std::size_t>(std::min(rest.find_first_of("\r\n"), shown), 1));
  }

  void open(const YAML::Mark& mark, NodeKind kind) {
    if (stack_.size() >= limits::kYamlDepthMax) {
      report(mark, "E111", "nested more than 64 deep", "flatten it");
      throw Stop();
    }
    stack_.push_back({begin(mark, kind), {}, {}});
  }

  void close() {
    Node done = std::move(stack_.back().node);
    stack_.pop_back();
    attach(std::move(done));
  }

  void attach(Node node) {
    if (stack_.empty()) {
      document_.root = std::move(node);
    } else if (stack_.back().node.kind == NodeKind::list) {
      stack_.back().node.items.push_back(std::move(node));
    } else if (!stack_.back().key) {
      check_key(node);
      stack_.back().key = std::move(node);
    } else {
      attach_value(std::move(node));
    }
  }

  void attach_value(Node node) {
    Frame& map = stack_.back();
    // An absent value stands at the next token, which may be lines away: show its key instead.
    if (node.kind == NodeKind::null && node.place.line != map.key->place.line) {
      node.place = map.key->place;
    }
    map.node.entries.push_back({std::move(*map.key), std::move(node)});
    map.key.reset();
  }

  void check_key(const Node& key) {
    if (key.kind != NodeKind::scalar) {
      return report(key.place, "E114", "a key must be a text",
                    "an expression with { or [ needs quotes");
    }
    if (key.text == "<<" && !key.quoted) {
      return report(key.place, "E109", "merge keys are not supported", "write the entries out");
    }
    const auto [seen, fresh] = stack_.back().seen.emplace(key.text, key.place.line);
    if (fresh) return;
    report(key.place, "E102",
           "duplicate key '" + printable(key.text) + "', first on line " +
               std::to_string(seen->second),
           "remove one of the two, or rename it");
  }

  Document& document_;
  Issues& issues_;
  std::vector<Frame> stack_;
  std::size_t nodes_ = 0;
  std::size_t findings_ = 0;
  int documents_ = 0;
};

Issue without_place(const std::string& file, std::string code, std::string message,
                    std::string hint) {
  return {Severity::error, std::move(code), {file, 1, 1, 1}, std::move(message), {},
          std::move(hint)};
}

/// What an empty file holds.
Node empty_map(const std::string& file) {
  Node node;
  node.kind = NodeKind::map;
  node.place = {file, 1, 1, 1};
  return node;
}

/// What yaml-cpp says, in words that lead to the mistake.
struct Wording {
  std::string_view said;
  std::string_view message;
  std::string_view hint;
};
constexpr std::array kWordings = {
    Wording{"end of map flow", "this { has no end, or a text in it needs quotes",
            "a text with , : [ ] { or } needs quotes inside {..}"},
    Wording{"end of sequence flow", "this [ has no end, or a text in it needs quotes",
            "a text with , : [ ] { or } needs quotes inside [..]"},
    Wording{"illegal flow end", "a ] or } that closes nothing", "remove it, or quote the text"},
    Wording{"illegal map value", "a ':' cannot stand here",
            "a text with ': ' in it needs quotes; keys of one map begin in the same column"},
    Wording{"end of map not found", "this does not line up with the keys above",
            "keys of one map begin in the same column"},
    Wording{"end of sequence not found", "this does not line up with the items above",
            "items of one list begin in the same column"},
    Wording{"tag", "a YAML tag", "a text that begins with ! needs quotes: \"!..\""},
    Wording{"alias", "a YAML alias", "a text that begins with * needs quotes"},
    Wording{"anchor", "a YAML anchor", "a text that begins with & needs quotes"},
    Wording{"EOF in scalar", "this quote is never closed", "close it"},
    Wording{"unknown escape", "an unknown escape in \"..\"", "use '..', or write \\\\ for one \\"},
    Wording{"unknown token", "a text cannot begin with this character",
            "quote the text; inside {..} and [..] also one with , : [ ] { or }"},
    Wording{"tab", "a tab cannot indent", "indent with spaces"},
};

void report_exception(Builder& builder, const YAML::Exception& error) {
  if (builder.reported_on(error.mark)) return;  // a tag or an anchor on this line led to it
  for (const Wording& wording : kWordings) {
    if (error.msg.find(wording.said) == std::string::npos) continue;
    return builder.report(error.mark, "E101", std::string(wording.message),
                          std::string(wording.hint));
  }
  builder.report(error.mark, "E101", error.msg, "check quotes and indentation");
}

/// Runs yaml-cpp over the document's text.
void build(Document& document, Issues& issues) {
  Builder builder(document, issues);
  try {
    std::istringstream in(document.text);
    YAML::Parser parser(in);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Stop&) {
    // Its Issue is reported.
  } catch (const YAML::Exception& error) {
    try {
      report_exception(builder, error);
    } catch (const Stop&) {
      // The last finding that is shown.
    }
  } catch (const std::exception& error) {
    issues.push_back(without_place(document.file, "E101", error.what(), {}));
  }
}

}  // namespace

std::optional<Document> parse(std::string file, std::string text, Issues& issues) {
  if (text.size() > limits::kYamlBytesMax) {
    issues.push_back(too_big(file));
    return std::nullopt;
  }
  if (text.starts_with(kByteOrderMark)) text.erase(0, kByteOrderMark.size());
  Document document{std::move(file), std::move(text), {}};
  if (const auto bad = find_unreadable(document.text)) {
    const LineColumn at = line_column(document.text, bad->offset);
    issues.push_back(document.issue(Severity::error, "E112", {document.file, at.line, at.column, 1},
                                    bad->message, bad->hint));
    return std::nullopt;
  }
  const std::size_t before = issues.size();
  build(document, issues);
  if (issues.size() > before) return std::nullopt;  // the door only has errors
  if (document.root.kind == NodeKind::null) document.root = empty_map(document.file);
  return document;
}

std::optional<Document> parse_file(const std::string& path, Issues& issues) {
  auto text = read_text(path, issues);
  if (!text) return std::nullopt;
  return parse(path, std::move(*text), issues);
}

}  // namespace attune::yaml
