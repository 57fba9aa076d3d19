#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "devices/model/limits.h"

/// The door to JSON from outside: bytes in, a flat list of checked nodes out.
namespace attune::devices::json {

enum class Kind : std::uint8_t { null, boolean, integer, number, text, array, object };

/// One value with its key. A container is followed by its children; `span` nodes later comes the
/// node that follows it. Views live until the next read() of the same Reader.
struct Node {
  std::string_view key;   ///< within an object, else empty
  std::string_view text;  ///< of a text
  double number = 0;      ///< of a number, and of an integer too; always finite
  std::int64_t integer = 0;
  std::uint32_t span = 1;  ///< this node and everything inside it
  std::uint32_t size = 0;  ///< direct children
  Kind kind = Kind::null;
  bool boolean = false;

  [[nodiscard]] bool is_number() const { return kind == Kind::integer || kind == Kind::number; }
  [[nodiscard]] bool is_container() const { return kind >= Kind::array; }
  /// The member called `name`, or null. Only objects have members.
  [[nodiscard]] const Node* find(std::string_view name) const;
  /// The text of the member called `name`; empty when it is absent or no text.
  [[nodiscard]] std::string_view text_of(std::string_view name) const;

  /// Iterates over direct children.
  struct Iterator {
    const Node* at;
    const Node& operator*() const { return *at; }
    Iterator& operator++() { return at += at->span, *this; }
    bool operator!=(const Iterator& other) const { return at != other.at; }
  };
  [[nodiscard]] Iterator begin() const { return {this + 1}; }
  [[nodiscard]] Iterator end() const { return {this + span}; }
};

/// What a text may hold at most. `members` counts members and elements of the whole text.
struct Limits {
  std::size_t bytes, depth, members, string_bytes;
};
inline constexpr Limits kStateLimits{limits::kPayloadBytesMax, limits::kJsonDepthMax,
                                     limits::kJsonMembersMax, limits::kJsonStringBytesMax};
inline constexpr Limits kDiscoveryLimits{limits::kDiscoveryBytesMax, limits::kJsonDepthMax,
                                         limits::kDiscoveryNodesMax, limits::kJsonStringBytesMax};

/// Why a text was not taken: a reason word of dialect.h, and the place for people.
struct Refusal {
  std::string_view reason;  ///< size, utf8, depth, members, string, duplicate, json
  std::string detail;
};

/// Reads one text after another, reusing its memory.
/// Threading: owned by one thread. Errors: read() gives null and refusal() says why.
class Reader {
 public:
  Reader();
  ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  /// The root, or null. Numbers that no double or 64-bit integer holds are refused.
  [[nodiscard]] const Node* read(std::string_view text, const Limits& limits = kStateLimits);
  [[nodiscard]] const Refusal& refusal() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

[[nodiscard]] bool valid_utf8(std::string_view text);

}  // namespace attune::devices::json
