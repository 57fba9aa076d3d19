#include "broker/shell/loop/notice_parcel.h"

#include "devices/json/writer.h"

namespace attune::shell {

link::Parcel notice_parcel(const core::Notice& notice, std::string_view prefix) {
  link::Parcel parcel;
  parcel.topic = notice.topic.empty() ? std::string(prefix) + "/notify/" + notice.to : notice.topic;
  devices::json::Writer out;
  out.begin_object().member("id", notice.id).member("severity", notice.severity);
  out.member("message", notice.message).member("rule", notice.rule.text());
  out.member("count", static_cast<std::int64_t>(notice.count));
  out.member("state", core::name(notice.state)).end_object();
  parcel.payload = out.take();
  return parcel;
}

}  // namespace attune::shell
