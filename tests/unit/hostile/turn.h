// What passes between a device and a seized server, for who holds it to change.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "envelope/frames.h"

namespace haki::test {

// One exchange, taken apart. What is left here after meddling is what the device gets, with a good MAC.
struct Turn {
  DeviceId device;
  std::vector<envelope::Frame> request;
  int status = 200;
  envelope::Frame first;             // Welcome, or a Reject
  std::vector<envelope::Frame> rest;
  Bytes tail;                        // after all frames, as it is
  bool proven = true;                // false: without the second frame that proves who answers
  std::optional<Bytes> instead;      // the whole body, as it is

  envelope::Welcome& welcome() { return std::get<envelope::Welcome>(first); }
  bool welcomed() const { return std::holds_alternative<envelope::Welcome>(first); }
  template <typename T>
  std::vector<T*> all() {
    std::vector<T*> found;
    for (envelope::Frame& frame : rest) {
      if (auto* one = std::get_if<T>(&frame)) found.push_back(one);
    }
    return found;
  }
  template <typename T>
  std::size_t drop() {
    return std::erase_if(rest, [](const envelope::Frame& frame) { return std::holds_alternative<T>(frame); });
  }
  std::vector<envelope::Run*> runs();  // in the rows
};
using Meddle = std::function<void(Turn&)>;

// A request for blobs, which the relay does not answer; and the whole HTTP answer.
struct BlobRequest {
  std::string method, target, header;
  Bytes body;
};
using AnswerBlobs = std::function<std::string(const BlobRequest&)>;

}  // namespace haki::test
