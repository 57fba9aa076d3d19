#include "broker/core/why_not.h"
#include "devices/model/issue.h"

/// What stands in a rule's way, as a story for people.
namespace attune::core {
namespace {

/// Empty where it was so from the beginning, or nobody noted it.
std::string since_text(const std::optional<Instant>& since) {
  return since && since->wall > Millis(0) ? " since " + format_utc(since->wall) : "";
}

std::string read_text(const Moment::Read& read) {
  const std::string name = printable(read.text);
  const std::string since = since_text(read.since);
  if (read.value.has_value()) return name + " = " + printable(to_json(read.value)) + since;
  if (read.offline) return name + " is unknown: " + read.path.device.text() + " is offline" + since;
  return name + " is unknown: never reported";
}

std::string by(const Claim& claim) {
  const std::string who = claim.by == ClaimBy::person ? "a person" : claim.source;
  return printable(who) + " at " + priority_text(claim.priority) + ", wanting " +
         printable(to_json(claim.value)) + " since " + format_utc(claim.since.wall);
}

std::string outcome_text(const WantOutcome& want) {
  const std::string path = want.path.text();
  if (!want.own) return "  " + path + ": it claims nothing there\n";
  if (want.own->shadow) {
    return "  " + path + " = " + printable(to_json(want.own->value)) + " is only a shadow\n";
  }
  const bool holds = want.winner && want.winner->source == want.own->source;
  if (holds) return "  " + path + " = " + printable(to_json(want.own->value)) + " holds\n";
  return "  " + path + " = " + printable(to_json(want.own->value)) + " waits behind " +
         (want.winner ? by(*want.winner) : "nobody") + "\n";
}

std::string headline(const WhyNot& why) {
  const std::string since = since_text(why.since);
  switch (why.standing) {
    case RuleStanding::active:
      return "is active" + since;
    case RuleStanding::disabled:
      return "is disabled: `attune enable " + why.rule.id.text() + "` lets it act";
    case RuleStanding::inhibited:
      return "is not active" + since;
    case RuleStanding::waiting:
      return "waits" + since + (why.due ? ", and starts at " + format_utc(*why.due) : "") +
             " if its condition goes on to hold";
    case RuleStanding::resting:
      return "has ended" + since + ", and does not start again before its condition was false";
    case RuleStanding::triggered:
      return "is not active" + since + ": nothing stands in its way but what sets it off";
  }
  return "";
}

}  // namespace

std::string obstacle_text(const Obstacle& obstacle) {
  std::string text = std::string(name(obstacle.clause)) + ": `" + printable(obstacle.text) +
                     "` is " + std::string(cel::name(obstacle.truth));
  if (!obstacle.error.empty()) text += ": " + printable(obstacle.error);
  std::string reads;
  for (const auto& read : obstacle.reads) reads += (reads.empty() ? "" : ", ") + read_text(read);
  if (obstacle.reads_more > 0) reads += " and " + std::to_string(obstacle.reads_more) + " more";
  return reads.empty() ? text : text + " (" + reads + ")";
}

std::string why_not_text(const WhyNot& why) {
  std::string text = "rule " + why.rule.id.text() + " " + headline(why) + "\n";
  for (const Obstacle& obstacle : why.obstacles) text += "  " + obstacle_text(obstacle) + "\n";
  for (const WantOutcome& want : why.wants) text += outcome_text(want);
  return text;
}

}  // namespace attune::core
