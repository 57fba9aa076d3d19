#include <cmath>

#include "broker/cli/vocabulary.h"
#include "devices/bands.h"
#include "devices/json/writer.h"
#include "devices/vocabulary.h"
#include "rules/check/influences.h"

namespace attune::cli {
namespace {

using devices::json::Writer;

Value text_or_null(std::string_view text) {
  return text.empty() ? Value() : Value(text);
}
/// A bound that is there; null: none.
Value bound(double at) {
  return std::isinf(at) ? Value() : Value(at);
}

void append_words(Writer& out, std::string_view key, std::string_view words) {
  out.key(key).begin_array();
  for (const std::string& word : devices::split_words(words)) out.value(word);
  out.end_array();
}

void append_attribute(Writer& out, const devices::Word& word) {
  out.key(word.name).begin_object().member("type", name(word.type));
  out.member("unit", text_or_null(word.unit));
  out.member("min", word.range ? Value(word.range->min) : Value());
  out.member("max", word.range ? Value(word.range->max) : Value());
  out.member("writable", word.writable);
  if (!word.values.empty()) {
    append_words(out, "values", word.values);
    out.member("open", word.open);
  }
  const devices::Scale* scale = devices::scale_of(word.name);
  if (scale != nullptr) out.member("scale", scale->name);
  out.end_object();
}

void append_scale(Writer& out, const devices::Scale& scale) {
  out.key(scale.name).begin_object().member("edge", scale.edge_is_below ? "below" : "above");
  out.member("margin", scale.margin == 0 ? Value() : Value(scale.margin))
      .key("bands")
      .begin_array();
  for (const devices::Band& band : scale.bands) {
    if (band.name.empty()) break;
    out.begin_object().member("name", band.name).member("upto", bound(band.upto)).end_object();
  }
  out.end_array().end_object();
}

void append_influences(Writer& out) {
  out.key("influences").begin_array();
  for (const rules::Influence& one : rules::influences()) {
    out.begin_object().member("capability", one.capability);
    out.member("drives", one.drives).member("changes", one.changes).end_object();
  }
  out.end_array();
}

}  // namespace

std::string vocabulary_json() {
  Writer out;
  out.begin_object().member("version", devices::kVocabularyVersion);
  out.key("attributes").begin_object();
  for (const devices::Word& word : devices::vocabulary()) append_attribute(out, word);
  out.end_object().key("capabilities").begin_object();
  for (const devices::Capability& one : devices::capabilities()) {
    append_words(out, one.name, one.attributes);
  }
  out.end_object().key("scales").begin_object();
  for (const devices::Scale& scale : devices::scales()) append_scale(out, scale);
  out.end_object();
  append_influences(out);
  out.end_object();
  return out.take();
}

}  // namespace attune::cli
