#include "devices/model/change.h"

namespace attune {

std::string_view name(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::state:
      return "state";
    case ChangeKind::desired:
      return "desired";
    case ChangeKind::claim:
      return "claim";
    case ChangeKind::command:
      return "command";
    case ChangeKind::rule:
      return "rule";
    case ChangeKind::setting:
      return "setting";
    case ChangeKind::liveness:
      return "liveness";
    case ChangeKind::removed:
      return "removed";
  }
  return "";
}

std::string_view name(CauseKind kind) {
  switch (kind) {
    case CauseKind::none:
      return "none";
    case CauseKind::message:
      return "message";
    case CauseKind::person:
      return "person";
    case CauseKind::rule:
      return "rule";
    case CauseKind::timer:
      return "timer";
    case CauseKind::command:
      return "command";
    case CauseKind::system:
      return "system";
  }
  return "";
}

std::string_view name(Origin origin) {
  switch (origin) {
    case Origin::device:
      return "device";
    case Origin::attune:
      return "attune";
    case Origin::person:
      return "person";
    case Origin::other:
      return "other";
  }
  return "";
}

std::string_view name(Arrival arrival) {
  switch (arrival) {
    case Arrival::live:
      return "live";
    case Arrival::late:
      return "late";
    case Arrival::retained:
      return "retained";
    case Arrival::restored:
      return "restored";
  }
  return "";
}

std::string_view name(Quality quality) {
  switch (quality) {
    case Quality::good:
      return "good";
    case Quality::stale:
      return "stale";
  }
  return "";
}

}  // namespace attune
