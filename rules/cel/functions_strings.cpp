#include <re2/re2.h>

#include <algorithm>
#include <array>

#include "rules/cel/functions.h"
#include "rules/cel/utf8.h"

/// Functions of strings. Places count code points.
namespace attune::cel {

namespace {

Datum contains(Arena&, const Datum* a) {
  return make(a[0].view().find(a[1].view()) != std::string_view::npos);
}
Datum starts_with(Arena&, const Datum* a) {
  return make(a[0].view().starts_with(a[1].view()));
}
Datum ends_with(Arena&, const Datum* a) {
  return make(a[0].view().ends_with(a[1].view()));
}

/// A pattern that is not constant; constant ones are compiled with the program.
Datum matches(Arena&, const Datum* a) {
  RE2::Options options;
  options.set_log_errors(false);
  const RE2 pattern(re2::StringPiece(a[1].text, a[1].size), options);
  if (!pattern.ok()) return make_error("this is no regular expression");
  return make(RE2::PartialMatch(re2::StringPiece(a[0].text, a[0].size), pattern));
}

Datum out_of_range() {
  return make_error("index out of range");
}

Datum char_at(Arena&, const Datum* a) {
  const auto offsets = code_point_offsets(a[0].view());
  if (a[1].integer < 0 || static_cast<std::size_t>(a[1].integer) >= offsets.size()) {
    return out_of_range();
  }
  const auto i = static_cast<std::size_t>(a[1].integer);
  if (i + 1 == offsets.size()) return make_text("");
  return make_text(a[0].view().substr(offsets[i], offsets[i + 1] - offsets[i]));
}

Datum place(std::string_view text, std::size_t byte) {
  if (byte == std::string_view::npos) return make(std::int64_t{-1});
  return make(static_cast<std::int64_t>(code_points(text.substr(0, byte))));
}

Datum index_of(Arena&, const Datum* a) {
  return place(a[0].view(), a[0].view().find(a[1].view()));
}

Datum index_of_from(Arena&, const Datum* a) {
  const auto offsets = code_point_offsets(a[0].view());
  if (a[2].integer < 0 || static_cast<std::size_t>(a[2].integer) >= offsets.size()) {
    return out_of_range();
  }
  const std::size_t from = offsets[static_cast<std::size_t>(a[2].integer)];
  return place(a[0].view(), a[0].view().find(a[1].view(), from));
}

Datum last_index_of(Arena&, const Datum* a) {
  return place(a[0].view(), a[0].view().rfind(a[1].view()));
}

Datum last_index_of_from(Arena&, const Datum* a) {
  const auto offsets = code_point_offsets(a[0].view());
  if (a[2].integer < 0 || static_cast<std::size_t>(a[2].integer) >= offsets.size()) {
    return out_of_range();
  }
  const std::size_t from = offsets[static_cast<std::size_t>(a[2].integer)];
  return place(a[0].view(), a[0].view().rfind(a[1].view(), from));
}

template <class Change>
Datum changed(Arena& arena, const Datum& d, Change change) {
  std::string out(d.view());
  std::transform(out.begin(), out.end(), out.begin(), change);
  return arena.text(std::move(out));
}

Datum lower_ascii(Arena& arena, const Datum* a) {
  return changed(arena, a[0], [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
}
Datum upper_ascii(Arena& arena, const Datum* a) {
  return changed(arena, a[0], [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
}

/// At most `limit` replacements; a negative limit is none.
Datum replaced(Arena& arena, std::string_view text, std::string_view old, std::string_view now,
               std::int64_t limit) {
  std::string out;
  std::size_t at = 0;
  while (limit != 0) {
    const std::size_t next = text.find(old, at);
    if (next == std::string_view::npos) break;
    out.append(text.substr(at, next - at)).append(now);
    at = next + old.size();
    if (limit > 0) --limit;
    if (!old.empty()) continue;
    if (next >= text.size()) return arena.text(std::move(out));
    const std::size_t step = code_point_bytes(text, next);
    out.append(text.substr(next, step));
    at = next + step;
  }
  return arena.text(out.append(text.substr(at)));
}

Datum replace_all(Arena& arena, const Datum* a) {
  return replaced(arena, a[0].view(), a[1].view(), a[2].view(), -1);
}
Datum replace_some(Arena& arena, const Datum* a) {
  return replaced(arena, a[0].view(), a[1].view(), a[2].view(), a[3].integer);
}

/// At most `limit` parts, the last with the rest; a negative limit is none.
Datum split_up(Arena& arena, std::string_view text, std::string_view by, std::int64_t limit) {
  std::vector<Datum> parts;
  while (limit != 0 && static_cast<std::int64_t>(parts.size()) + 1 != limit) {
    std::size_t end = by.empty() ? code_point_bytes(text, 0) : text.find(by);
    if (by.empty() && text.empty()) return arena.list(std::move(parts));
    if (end == std::string_view::npos || (by.empty() && end >= text.size())) break;
    parts.push_back(make_text(text.substr(0, end)));
    text.remove_prefix(end + by.size());
  }
  if (limit != 0) parts.push_back(make_text(text));
  return arena.list(std::move(parts));
}

Datum split(Arena& arena, const Datum* a) {
  return split_up(arena, a[0].view(), a[1].view(), -1);
}
Datum split_some(Arena& arena, const Datum* a) {
  return split_up(arena, a[0].view(), a[1].view(), a[2].integer);
}

Datum part(const Datum& text, std::int64_t begin, std::optional<std::int64_t> end) {
  const auto offsets = code_point_offsets(text.view());
  const auto size = static_cast<std::int64_t>(offsets.size()) - 1;
  const std::int64_t last = end.value_or(size);
  if (begin < 0 || begin > size || last < 0 || last > size) return out_of_range();
  if (begin > last) return make_error("the substring ends before it begins");
  const std::size_t from = offsets[static_cast<std::size_t>(begin)];
  return make_text(text.view().substr(from, offsets[static_cast<std::size_t>(last)] - from));
}

Datum substring(Arena&, const Datum* a) {
  return part(a[0], a[1].integer, std::nullopt);
}
Datum substring_to(Arena&, const Datum* a) {
  return part(a[0], a[1].integer, a[2].integer);
}

/// Unicode's White_Space property.
bool is_space(char32_t c) {
  return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

Datum trim(Arena&, const Datum* a) {
  const auto text = a[0].view();
  const auto offsets = code_point_offsets(text);
  std::size_t first = 0;
  std::size_t last = offsets.size() - 1;
  while (first < last && is_space(code_point(text, offsets[first]))) ++first;
  while (last > first && is_space(code_point(text, offsets[last - 1]))) --last;
  return make_text(text.substr(offsets[first], offsets[last] - offsets[first]));
}

Datum joined(Arena& arena, const Datum& list, std::string_view by) {
  std::string out;
  for (const Datum& d : list) {
    if (!d.is(Kind::text)) return make_error("no such overload: join of no strings");
    if (&d != list.begin()) out += by;
    out += d.view();
  }
  return arena.text(std::move(out));
}

Datum join_plain(Arena& arena, const Datum* a) {
  return joined(arena, a[0], "");
}
Datum join_by(Arena& arena, const Datum* a) {
  return joined(arena, a[0], a[1].view());
}

Datum reverse(Arena& arena, const Datum* a) {
  const auto text = a[0].view();
  const auto offsets = code_point_offsets(text);
  std::string out;
  for (std::size_t i = offsets.size() - 1; i > 0; --i) {
    out += text.substr(offsets[i - 1], offsets[i] - offsets[i - 1]);
  }
  return arena.text(std::move(out));
}

constexpr std::array kTable = {
    Signature{"contains", "string.(string) bool", contains},
    Signature{"startsWith", "string.(string) bool", starts_with},
    Signature{"endsWith", "string.(string) bool", ends_with},
    Signature{"matches", "string.(string) bool", matches},
    Signature{"matches", "(string, string) bool", matches},
    Signature{"charAt", "string.(int) string", char_at},
    Signature{"indexOf", "string.(string) int", index_of},
    Signature{"indexOf", "string.(string, int) int", index_of_from},
    Signature{"lastIndexOf", "string.(string) int", last_index_of},
    Signature{"lastIndexOf", "string.(string, int) int", last_index_of_from},
    Signature{"lowerAscii", "string.() string", lower_ascii},
    Signature{"upperAscii", "string.() string", upper_ascii},
    Signature{"replace", "string.(string, string) string", replace_all, Growth::product},
    Signature{"replace", "string.(string, string, int) string", replace_some, Growth::product},
    Signature{"split", "string.(string) list(string)", split},
    Signature{"split", "string.(string, int) list(string)", split_some},
    Signature{"substring", "string.(int) string", substring},
    Signature{"substring", "string.(int, int) string", substring_to},
    Signature{"trim", "string.() string", trim},
    Signature{"join", "list(string).() string", join_plain},
    Signature{"join", "list(string).(string) string", join_by, Growth::product},
    Signature{"reverse", "string.() string", reverse},
};

}  // namespace

std::span<const Signature> string_functions() {
  return kTable;
}

}  // namespace attune::cel
