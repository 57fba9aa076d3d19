#include "broker/cli/json.h"

#include <charconv>

#include "devices/model/limits.h"

namespace attune::cli {
namespace {

void append_utf8(std::string& out, unsigned code) {
  const auto put = [&](unsigned byte) { out += static_cast<char>(byte); };
  if (code < 0x80) return put(code);
  if (code < 0x800) {
    put(0xc0 | (code >> 6));
    return put(0x80 | (code & 0x3f));
  }
  if (code < 0x10000) {
    put(0xe0 | (code >> 12));
    put(0x80 | ((code >> 6) & 0x3f));
    return put(0x80 | (code & 0x3f));
  }
  put(0xf0 | (code >> 18));
  put(0x80 | ((code >> 12) & 0x3f));
  put(0x80 | ((code >> 6) & 0x3f));
  put(0x80 | (code & 0x3f));
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  bool document(Json& out) {
    return value(out, 0) && (space(), at_ == text_.size() || fail("text after the end"));
  }
  [[nodiscard]] std::string message() const {
    return std::string(what_) + " at byte " + std::to_string(at_);
  }

 private:
  bool fail(const char* what) {
    what_ = what;
    return false;
  }
  void space() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != text_.npos) ++at_;
  }
  bool eat(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool word(std::string_view expected) {
    if (text_.substr(at_, expected.size()) != expected) return fail("no value");
    at_ += expected.size();
    return true;
  }

  bool value(Json& out, std::size_t depth) {
    space();
    if (depth > limits::kJsonDepthMax) return fail("nested too deep");
    if (at_ >= text_.size()) return fail("no value");
    const std::size_t begin = at_;
    if (!content(out, depth)) return false;
    out.raw = text_.substr(begin, at_ - begin);
    return true;
  }

  bool content(Json& out, std::size_t depth) {
    switch (text_[at_]) {
      case '{':
        out.kind = JsonKind::map;
        return map(out, depth);
      case '[':
        out.kind = JsonKind::list;
        return list(out, depth);
      case '"':
        out.kind = JsonKind::text;
        return string(out.text);
      case 't':
        out.kind = JsonKind::boolean;
        return word("true");
      case 'f':
        out.kind = JsonKind::boolean;
        return word("false");
      case 'n':
        return word("null");
      default:
        out.kind = JsonKind::number;
        return number();
    }
  }

  bool map(Json& out, std::size_t depth) {
    ++at_;
    space();
    if (eat('}')) return true;
    do {
      space();
      JsonMember& member = out.members.emplace_back();
      if (!string(member.key)) return false;
      space();
      if (!eat(':')) return fail("no ':'");
      if (!value(member.value, depth + 1)) return false;
      space();
    } while (eat(','));
    return eat('}') || fail("no '}'");
  }

  bool list(Json& out, std::size_t depth) {
    ++at_;
    space();
    if (eat(']')) return true;
    do {
      if (!value(out.items.emplace_back(), depth + 1)) return false;
      space();
    } while (eat(','));
    return eat(']') || fail("no ']'");
  }

  bool digits() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
    return at_ > begin || fail("no value");
  }

  bool number() {
    eat('-');
    if (!eat('0') && !digits()) return false;
    if (eat('.') && !digits()) return false;
    if (!eat('e') && !eat('E')) return true;
    if (!eat('+')) eat('-');
    return digits();
  }

  bool string(std::string& out) {
    if (!eat('"')) return fail("no '\"'");
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '"') return true;
      if (static_cast<unsigned char>(c) < 0x20) return fail("a control character in a string");
      if (c != '\\') {
        out += c;
      } else if (!escape(out)) {
        return false;
      }
    }
    return fail("no end of a string");
  }

  bool escape(std::string& out) {
    if (at_ >= text_.size()) return fail("no end of a string");
    const char c = text_[at_++];
    if (c == 'u') return code_point(out);
    const std::size_t place = std::string_view("\"\\/bfnrt").find(c);
    if (place == std::string_view::npos) return fail("an unknown escape");
    out += "\"\\/\b\f\n\r\t"[place];
    return true;
  }

  bool hex(unsigned& out) {
    const char* begin = text_.data() + at_;
    if (text_.size() - at_ < 4) return fail("a short \\u");
    const auto [end, failed] = std::from_chars(begin, begin + 4, out, 16);
    if (failed != std::errc{} || end != begin + 4) return fail("a bad \\u");
    at_ += 4;
    return true;
  }

  bool code_point(std::string& out) {
    unsigned code = 0;
    if (!hex(code)) return false;
    if (code >= 0xd800 && code < 0xdc00) {
      unsigned low = 0;
      if (!eat('\\') || !eat('u') || !hex(low) || low < 0xdc00 || low > 0xdfff) {
        return fail("half a surrogate pair");
      }
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    } else if (code >= 0xdc00 && code < 0xe000) {
      return fail("half a surrogate pair");
    }
    append_utf8(out, code);
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  const char* what_ = "";
};

}  // namespace

const Json& Json::operator[](std::string_view key) const {
  static const Json nothing;
  for (const auto& member : members) {
    if (member.key == key) return member.value;
  }
  return nothing;
}

std::string Json::words() const {
  if (kind == JsonKind::null) return "-";
  return kind == JsonKind::text ? text : std::string(raw);
}

Result<JsonDocument> parse_json(std::string text) {
  JsonDocument document;
  document.source = std::make_unique<const std::string>(std::move(text));
  Parser parser(*document.source);
  if (!parser.document(document.root)) return Error{"json", parser.message()};
  return document;
}

}  // namespace attune::cli
