#include "devices/names.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace attune::devices {

namespace {

/// What letters with marks are without them, one word per code point.
constexpr std::string_view kFromU00C0 =
    "a a a a a a ae c e e e e i i i i d n o o o o o _ o u u u u y th ss a a a a a a ae c e e "
    "e e i i i i d n o o o o o _ o u u u u y th y a a a a a a c c c c c c c c d d d d e e e e "
    "e e e e e e g g g g g g g g h h h h i i i i i i i i i i ij ij j j k k k l l l l l l l l "
    "l l n n n n n n n n n o o o o o o oe oe r r r r r r s s s s s s s s t t t t t t u u u u "
    "u u u u u u u u w w y y y z z z z z z s ";
constexpr std::string_view kFromU1E00 =
    "a a b b b b b b c c d d d d d d d d d d e e e e e e e e e e f f g g h h h h h h h h h h "
    "i i i i k k k k k k l l l l l l l l m m m m m m n n n n n n n n o o o o o o o o p p p p "
    "r r r r r r r r s s s s s s s s s s t t t t t t t t u u u u u u u u u u v v v v w w w w "
    "w w w w w w x x x x y y z z z z z z h t w y a s _ _ ss _ a a a a a a a a a a a a a a a a "
    "a a a a a a a a e e e e e e e e e e e e e e e e i i i i o o o o o o o o o o o o o o o o "
    "o o o o o o o o u u u u u u u u u u u u u u y y y y y y y y _ _ _ _ _ _ ";

constexpr std::string_view kTaken[] = {
    "true", "false",    "null",  "in",       "as",  "break", "const",   "continue",  "else",
    "for",  "function", "if",    "import",   "let", "loop",  "package", "namespace", "return",
    "var",  "void",     "while", "settings", "sun", "local", "weekday"};

struct Block {
  std::uint32_t first;
  std::vector<std::string_view> letters;
};

Block block(std::uint32_t first, std::string_view words) {
  Block made{first, {}};
  for (std::size_t end = 0; (end = words.find(' ')) != std::string_view::npos;) {
    made.letters.push_back(words.substr(0, end));
    words.remove_prefix(end + 1);
  }
  return made;
}

/// The next code point, and its bytes taken from `text`; a byte that begins none counts as one.
std::uint32_t next_code_point(std::string_view& text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  const std::size_t length = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  std::uint32_t code = length == 1 ? lead : lead & (0x7Fu >> length);
  std::size_t used = 1;
  for (; used < length && used < text.size() && (byte(used) & 0xC0) == 0x80; ++used) {
    code = code << 6 | (byte(used) & 0x3Fu);
  }
  text.remove_prefix(used);
  return used == length ? code : 0xFFFD;
}

bool is_combining_mark(std::uint32_t code) {
  return code >= 0x300 && code <= 0x36F;
}

bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}

std::string_view without_marks(std::uint32_t code) {
  static const std::array<Block, 2> blocks{block(0xC0, kFromU00C0), block(0x1E00, kFromU1E00)};
  for (const Block& b : blocks) {
    if (code >= b.first && code - b.first < b.letters.size()) return b.letters[code - b.first];
  }
  return "_";
}

void append_folded(std::string& id, std::uint32_t code) {
  if (is_combining_mark(code)) return;
  if (code >= 0x80) {
    id += without_marks(code);
    return;
  }
  const char c = static_cast<char>(code);
  id += is_upper(c) ? static_cast<char>(c - 'A' + 'a') : is_lower(c) || is_digit(c) ? c : '_';
}

}  // namespace

std::string fold_name(std::string_view name) {
  std::string id;
  while (!name.empty() && id.size() < kIdBytesMax) append_folded(id, next_code_point(name));
  if (id.empty() || !is_lower(id[0])) id.insert(0, "d_");
  if (id.size() > kIdBytesMax) id.resize(kIdBytesMax);
  if (std::ranges::find(kTaken, id) != std::end(kTaken)) id += '_';
  return id;
}

std::string numbered(std::string_view id, int n) {
  if (n < 2) return std::string(id);
  const std::string suffix = "_" + std::to_string(n);
  return std::string(id.substr(0, kIdBytesMax - suffix.size())) + suffix;
}

std::string plain_name(std::string_view name) {
  std::string plain(name);
  for (char& c : plain) {
    if (!is_lower(c) && !is_upper(c) && !is_digit(c) && c != '_' && c != '-') c = '_';
  }
  return plain;
}

}  // namespace attune::devices
