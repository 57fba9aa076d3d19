#include "broker/shell/api/clients.h"

#include <algorithm>
#include <charconv>

namespace attune::api {
namespace {

/// Two numbers with a space between.
std::string bytes_of(Revision revision, Millis heard) {
  return std::to_string(number(revision)) + " " + std::to_string(heard.count());
}

bool read(std::string_view text, std::uint64_t& revision, std::int64_t& heard) {
  const char* end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, revision);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != ' ') return false;
  const auto second = std::from_chars(first.ptr + 1, end, heard);
  return second.ec == std::errc() && second.ptr == end;
}

}  // namespace

void Clients::restore(const std::vector<Blob>& blobs) {
  for (const Blob& blob : blobs) {
    std::uint64_t revision = 0;
    std::int64_t heard = 0;
    if (!is_name(blob.key) || !read(blob.bytes, revision, heard)) continue;
    clients_[blob.key] = {Revision{revision}, Millis(heard)};
  }
}

bool Clients::is_name(std::string_view text) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '-';
  };
  return !text.empty() && text.size() <= kNameBytesMax &&
         std::all_of(text.begin(), text.end(), plain);
}

Status Clients::acknowledge(std::string_view name, Revision revision) {
  if (name.empty()) return {};
  const auto known = clients_.find(name);
  if (known == clients_.end()) {
    if (clients_.size() >= kClientsMax) forget_expired();
    if (clients_.size() >= kClientsMax) {
      return Error{"clients_full", "the log waits for " + std::to_string(kClientsMax) +
                                       " named clients already: use one of their names, or none"};
    }
  } else if (revision < known->second.revision && revision < ports_.floor()) {
    revision = known->second.revision;
  }
  put(name, {revision, ports_.now().steady});
  return {};
}

void Clients::renew(std::string_view name) {
  const auto known = clients_.find(name);
  if (known == clients_.end()) return;
  const Millis now = ports_.now().steady;
  if (now - known->second.heard >= kHeardEvery) put(name, {known->second.revision, now});
}

void Clients::put(std::string_view name, Client client) {
  clients_.insert_or_assign(std::string(name), client);
  ports_.keep(
      {{Blob{std::string(kSpace), std::string(name), bytes_of(client.revision, client.heard)},
        /*erase=*/false}});
}

std::optional<Revision> Clients::held() {
  forget_expired();
  std::optional<Revision> lowest;
  for (const auto& [name, client] : clients_) {
    if (!lowest || client.revision < *lowest) lowest = client.revision;
  }
  return lowest;
}

void Clients::forget_expired() {
  const Millis now = ports_.now().steady;
  for (auto client = clients_.begin(); client != clients_.end();) {
    const auto here = client++;
    if (now - here->second.heard > kForgetAfter) drop(here);
  }
}

void Clients::drop(std::map<std::string, Client, std::less<>>::iterator client) {
  ports_.keep({{Blob{std::string(kSpace), client->first, ""}, /*erase=*/true}});
  clients_.erase(client);
}

}  // namespace attune::api
