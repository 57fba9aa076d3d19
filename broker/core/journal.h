#pragma once
#include "broker/core/event.h"
#include "broker/core/image.h"
#include "devices/model/change.h"

/// The one line of revisions: every change goes through here, into the outcome and the image.
namespace attune::core {

/// What the consequences of a change cite: it, and the chain that it belongs to.
struct Because {
  Cause cause;
  Revision context{};
};

class Journal {
 public:
  Journal(Image& image, AttributeTable& table) : image_(image), table_(table) {}

  void restore(Revision next, const HybridTime& clock);
  /// A moment later than all that were given out.
  [[nodiscard]] HybridTime moment() { return clock_.tick(now_.wall); }
  /// Takes note of another node's time; see HybridClock::receive.
  [[nodiscard]] Status receive(const HybridTime& other) {
    return clock_.receive(other, present_.wall);
  }
  /// `now` is the moment that is decided about: for a deadline the time it was due. `present` is
  /// when that happens, which is later after a restart. `out` must outlive the step.
  void begin(const Instant& now, const Instant& present, Outcome& out);
  [[nodiscard]] const Instant& now() const { return now_; }
  [[nodiscard]] const Instant& present() const { return present_; }
  [[nodiscard]] Outcome& out() const { return *out_; }
  [[nodiscard]] Revision head() const { return head_; }

  /// Gives `change` its revision, time, clock, cause and context, and folds it into the image. The
  /// answer is what a consequence cites: the same cause, with this change as its parent.
  Because write(Change change, const Because& because);
  void put(Record record);
  void erase(Record key);

 private:
  Image& image_;
  AttributeTable& table_;
  Instant now_;
  Instant present_;
  Outcome* out_ = nullptr;
  Revision head_{};
  HybridClock clock_;
};

/// A change of `kind` about one attribute; the rest is for the caller to fill.
[[nodiscard]] Change about(ChangeKind kind, const AttributePath& path);

}  // namespace attune::core
