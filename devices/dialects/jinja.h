#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "devices/json/reader.h"
#include "devices/model/result.h"
#include "devices/model/value.h"

/// The part of Jinja that Home Assistant's discovery uses, compiled once and run per message.
///
/// text, `{{ expression }}`, `{% set name = expression %}`, `{% if %} {% elif %} {% else %}
/// {% endif %}`, `{# remark #}`, each with `-` to eat the white space beside it. An expression has
/// names, literals, lists and mappings, `a.b`, `a["b"]`, filters (`default float int round lower
/// upper ..`), arithmetic, comparison, `and or not in`, `a if b else c`, `is [not] defined`.
/// No loop, no macro, no assignment to members, no regular expression: a template takes a time
/// that is linear in its size. What is outside is refused when it is compiled, with its place.
namespace attune::devices::jinja {

inline constexpr std::size_t kTemplateBytesMax = 16 * 1024;
inline constexpr std::size_t kNodesMax = 2'048;
inline constexpr std::size_t kDepthMax = 32;    ///< of brackets in brackets
inline constexpr std::size_t kHeightMax = 128;  ///< of one expression: a chain of filters
inline constexpr std::size_t kVariablesMax = 32;
inline constexpr std::size_t kTextBytesMax = 64 * 1024;  ///< of every text that it makes

/// What a template is run on.
struct Inputs {
  Value value;                                             ///< `value`
  const json::Node* value_json = nullptr;                  ///< `value_json`; null: there is none
  std::vector<std::pair<std::string_view, Value>> more{};  ///< `position`, `tilt_position`, ..
};

/// What running it gave.
struct Rendered {
  enum class Outcome : std::uint8_t {
    text,     ///< `text`, without white space around it
    missing,  ///< it needs what the message does not have: the message says nothing of it
    failed,   ///< `text` says why
  };
  Outcome outcome = Outcome::text;
  std::string text;
};

struct Program;

/// Threading: owned by one thread. Errors: compile() has code `template`, and the place in bytes
/// in its message.
class Template {
 public:
  Template(Template&& other) noexcept;
  Template& operator=(Template&& other) noexcept;
  ~Template();
  [[nodiscard]] static Result<Template> compile(std::string_view text);
  [[nodiscard]] Rendered run(const Inputs& inputs) const;

 private:
  explicit Template(std::unique_ptr<const Program> program);

  std::unique_ptr<const Program> program_;
};

}  // namespace attune::devices::jinja
