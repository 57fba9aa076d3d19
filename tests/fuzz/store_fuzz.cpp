#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "store/codec.h"

namespace {

using namespace attune;
using namespace attune::store;

/// Whatever is read from foreign bytes must be written again as the same bytes.
template <class R>
void read_as(std::string_view payload) {
  std::string value(kHeaderBytes, '\0');
  value[0] = static_cast<char>(kFormat);
  value[2] = static_cast<char>(kTableOf<R>);
  value.append(payload);
  reseal_value(value);
  std::string key;
  if (decode<R>("", value).ok()) std::abort();  // no record has an empty key
  const auto read = decode_value<R>(value);
  if (!read) return;
  std::string again;
  encode_value(*read, again);
  if (again != value) std::abort();
  encode_key(*read, key);
  if (!decode<R>(key, value).ok()) std::abort();
}

}  // namespace

/// The first byte chooses the record, the rest is its payload.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view payload(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 11) {
    case 0:
      read_as<Identity>(payload);
      break;
    case 1:
      read_as<Position>(payload);
      break;
    case 2:
      read_as<LogEntry>(payload);
      break;
    case 3:
      read_as<StateRow>(payload);
      break;
    case 4:
      read_as<Command>(payload);
      break;
    case 5:
      read_as<Claim>(payload);
      break;
    case 6:
      read_as<Base>(payload);
      break;
    case 7:
      read_as<RuleState>(payload);
      break;
    case 8:
      read_as<Timer>(payload);
      break;
    case 9:
      read_as<Blob>(payload);
      break;
    default:  // a value as it may stand on disk
      if (decode<StateRow>("a.b", payload).ok() && decode<Base>("a.b", payload).ok()) std::abort();
  }
  return 0;
}
