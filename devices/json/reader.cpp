#include "devices/json/reader.h"

// Without its exceptions no conversion that throws can slip in unseen.
#define SIMDJSON_EXCEPTIONS 0
#include <simdjson.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>
#include <vector>

namespace attune::devices::json {

namespace {

namespace sj = simdjson;
namespace od = simdjson::ondemand;

constexpr std::size_t kQuadraticMembersMax = 16;    // below this, comparing all pairs beats sorting
constexpr std::size_t kKeptBytesMax = 1024 * 1024;  // a larger buffer is given back after use

/// simdjson reads a number that is too small for a double as zero; its digits tell.
bool digits_vanish(std::string_view token) {
  for (const char c : token) {
    if (c == 'e' || c == 'E') return false;
    if (c >= '1' && c <= '9') return true;
  }
  return false;
}

/// Brackets of a text that simdjson gave up on as a whole.
struct Outline {
  std::size_t deepest = 0;
  std::size_t end = 0;  ///< where the first value ends; the text's size when it never does
};

Outline outline_of(std::string_view text) {
  Outline outline{0, text.size()};
  std::size_t depth = 0;
  bool within = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (within && c == '\\') {
      ++i;
    } else if (c == '"') {
      within = !within;
    } else if (!within && (c == '[' || c == '{')) {
      outline.deepest = std::max(outline.deepest, ++depth);
    } else if (!within && (c == ']' || c == '}') && depth > 0 && --depth == 0) {
      outline.end = std::min(outline.end, i + 1);
    }
  }
  return outline;
}

std::size_t skip_space(std::string_view text, std::size_t from) {
  return std::min(text.find_first_not_of(" \t\r\n", from), text.size());
}

}  // namespace

const Node* Node::find(std::string_view name) const {
  if (kind != Kind::object) return nullptr;
  for (const Node& child : *this) {
    if (child.key == name) return &child;
  }
  return nullptr;
}

std::string_view Node::text_of(std::string_view name) const {
  const Node* member = find(name);
  return member != nullptr && member->kind == Kind::text ? member->text : std::string_view{};
}

bool valid_utf8(std::string_view text) {
  return sj::validate_utf8(text.data(), text.size());
}

struct Reader::State {
  od::parser parser;
  std::vector<char> buffer;
  std::vector<Node> nodes;
  std::vector<std::string_view> keys;  // scratch of the duplicate check
  Limits limits = kStateLimits;
  Refusal refusal;

  const Node* read(std::string_view text);
  void check_null(std::string_view text);
  void locate(std::string_view text, std::size_t offset);
  void trim();
  template <class V>
  bool take(V& value, std::string_view key, std::size_t depth);
  template <class V>
  bool take_scalar(V& value, Node& node);
  template <class V>
  bool take_number(V& value, Node& node);
  template <class V>
  bool take_object(V& value, std::size_t self, std::size_t depth);
  template <class V>
  bool take_array(V& value, std::size_t self, std::size_t depth);
  bool has_duplicate(const Node& object);
  bool refuse(std::string_view reason, std::string detail);
  bool refuse(sj::error_code error);
};

bool Reader::State::refuse(std::string_view reason, std::string detail) {
  // The innermost finding is the precise one.
  if (refusal.reason.empty()) refusal = {reason, std::move(detail)};
  return false;
}

bool Reader::State::refuse(sj::error_code error) {
  return refuse(error == sj::UTF8_ERROR ? "utf8" : "json", sj::error_message(error));
}

template <class V>
bool Reader::State::take_number(V& value, Node& node) {
  od::number number;
  std::string_view token;
  if (auto error = sj::simdjson_result<std::string_view>(value.raw_json_token()).get(token)) {
    return refuse(error);
  }
  if (auto error = value.get_number().get(number)) return refuse(error);
  switch (number.get_number_type()) {
    case od::number_type::signed_integer:
      node.kind = Kind::integer;
      node.integer = number.get_int64();
      node.number = static_cast<double>(node.integer);
      return true;
    case od::number_type::unsigned_integer:
      return refuse("json", "the integer " + std::string(token) + " is beyond 64 bits");
    case od::number_type::floating_point_number:
      break;
  }
  node.kind = Kind::number;
  node.number = number.get_double();
  if (!std::isfinite(node.number) || (node.number == 0 && digits_vanish(token))) {
    return refuse("json", "no double holds the number " + std::string(token.substr(0, 40)));
  }
  return true;
}

template <class V>
bool Reader::State::take_scalar(V& value, Node& node) {
  od::json_type type;
  if (auto error = value.type().get(type)) return refuse(error);
  switch (type) {
    case od::json_type::null: {
      bool is_null = false;
      const auto error = sj::simdjson_result<bool>(value.is_null()).get(is_null);
      return (!error && is_null) || refuse("json", "a word that JSON does not have");
    }
    case od::json_type::boolean: {
      node.kind = Kind::boolean;
      const auto error = value.get_bool().get(node.boolean);
      return !error || refuse(error);
    }
    case od::json_type::string: {
      node.kind = Kind::text;
      if (auto error = value.get_string().get(node.text)) return refuse(error);
      return node.text.size() <= limits.string_bytes ||
             refuse("string", std::to_string(node.text.size()) + " bytes in one string");
    }
    case od::json_type::number:
      return take_number(value, node);
    case od::json_type::array:
    case od::json_type::object:
      break;
  }
  return refuse("json", "unexpected container");
}

bool Reader::State::has_duplicate(const Node& object) {
  if (object.size < 2) return false;
  keys.clear();
  for (const Node& child : object) keys.push_back(child.key);
  if (keys.size() <= kQuadraticMembersMax) {
    for (auto i = keys.begin() + 1; i != keys.end(); ++i) {
      if (std::find(keys.begin(), i, *i) != i) return refuse("duplicate", std::string(*i)), true;
    }
    return false;
  }
  std::sort(keys.begin(), keys.end());
  const auto twin = std::adjacent_find(keys.begin(), keys.end());
  return twin != keys.end() && (refuse("duplicate", std::string(*twin)), true);
}

template <class V>
bool Reader::State::take_object(V& value, std::size_t self, std::size_t depth) {
  od::object object;
  if (auto error = value.get_object().get(object)) return refuse(error);
  nodes[self].kind = Kind::object;
  for (auto member : object) {
    od::field field;
    std::string_view key;
    if (auto error = std::move(member).get(field)) return refuse(error);
    if (auto error = field.unescaped_key().get(key)) return refuse(error);
    if (key.size() > limits.string_bytes) return refuse("string", "a key of many bytes");
    ++nodes[self].size;
    if (!take(field.value(), key, depth + 1)) return false;
  }
  nodes[self].span = static_cast<std::uint32_t>(nodes.size() - self);
  return !has_duplicate(nodes[self]);
}

template <class V>
bool Reader::State::take_array(V& value, std::size_t self, std::size_t depth) {
  od::array array;
  if (auto error = value.get_array().get(array)) return refuse(error);
  nodes[self].kind = Kind::array;
  for (auto element : array) {
    od::value inner;
    if (auto error = std::move(element).get(inner)) return refuse(error);
    ++nodes[self].size;
    if (!take(inner, {}, depth + 1)) return false;
  }
  nodes[self].span = static_cast<std::uint32_t>(nodes.size() - self);
  return true;
}

template <class V>
bool Reader::State::take(V& value, std::string_view key, std::size_t depth) {
  if (nodes.size() > limits.members) {
    return refuse("members", "more than " + std::to_string(limits.members) + " values");
  }
  const std::size_t self = nodes.size();
  nodes.emplace_back();
  nodes[self].key = key;
  od::json_type type;
  if (auto error = value.type().get(type)) return refuse(error);
  const bool container = type == od::json_type::object || type == od::json_type::array;
  if (!container) return take_scalar(value, nodes[self]);
  if (depth >= limits.depth) {
    return refuse("depth", "nested deeper than " + std::to_string(limits.depth));
  }
  return type == od::json_type::object ? take_object(value, self, depth)
                                       : take_array(value, self, depth);
}

const Node* Reader::State::read(std::string_view text) {
  nodes.clear();
  refusal.reason = {};
  if (text.size() > limits.bytes) {
    refuse("size", std::to_string(text.size()) + " bytes");
    return nullptr;
  }
  if (buffer.size() < text.size() + sj::SIMDJSON_PADDING) {
    buffer.resize(text.size() + sj::SIMDJSON_PADDING);
  }
  if (!text.empty()) std::memcpy(buffer.data(), text.data(), text.size());
  std::memset(buffer.data() + text.size(), ' ', sj::SIMDJSON_PADDING);
  od::document document;
  if (auto error = parser.iterate(buffer.data(), text.size(), buffer.size()).get(document)) {
    refuse(error);
    return nullptr;
  }
  const bool taken = take(document, {}, 0);
  const char* place = nullptr;
  const auto error = document.current_location().get(place);
  const bool inside = !error && place >= buffer.data() && place < buffer.data() + text.size();
  if (taken && inside) refuse("json", "text after the value");
  if (taken && nodes[0].kind == Kind::null) check_null(text);
  if (refusal.reason.empty()) return nodes.data();
  locate(text, inside ? static_cast<std::size_t>(place - buffer.data()) : text.size());
  return nullptr;
}

/// simdjson looks at no more than four bytes of a lonely null.
void Reader::State::check_null(std::string_view text) {
  const std::size_t first = skip_space(text, 0);
  if (skip_space(text, first + 4) != text.size()) refuse("json", "text after null");
}

/// Says where the refusal is. A container that does not close at the text's end was not looked
/// into at all: then its brackets tell whether it is too deep, cut off, or followed by more.
void Reader::State::locate(std::string_view text, std::size_t offset) {
  const bool unread = nodes.size() == 1 && refusal.reason == "json";
  if (unread && offset == skip_space(text, 0)) {
    const Outline outline = outline_of(text);
    if (outline.deepest > limits.depth) {
      refusal = {"depth", "nested deeper than " + std::to_string(limits.depth)};
    }
    offset = skip_space(text, outline.end);
  }
  refusal.detail += " at offset " + std::to_string(offset);
}

void Reader::State::trim() {
  if (buffer.size() <= kKeptBytesMax) return;
  buffer = {};
  buffer.resize(kKeptBytesMax);
}

Reader::Reader() : state_(std::make_unique<State>()) {}
Reader::~Reader() = default;

const Node* Reader::read(std::string_view text, const Limits& limits) {
  if (text.size() <= kKeptBytesMax) state_->trim();
  state_->limits = limits;
  return state_->read(text);
}

const Refusal& Reader::refusal() const {
  return state_->refusal;
}

}  // namespace attune::devices::json
