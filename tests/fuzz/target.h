// A fuzz target: one kind of bytes that come from outside, behind one function, with what it begins from.
//
// The first byte of an input says which door the rest goes through: as it came, or put behind the cryptography that would
// otherwise keep a fuzzer out (the target seals and signs it under keys of its own). Nothing here needs libFuzzer: door.cc
// puts one target behind its entry point, fuzz_test.cc runs all of them in the ordinary builds.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "haki/bytes.h"

namespace haki::fuzz {

struct Target {
  std::string_view name;
  std::size_t bytes_max;        // of an input
  std::string_view dictionary;  // a file of dictionaries/; empty for none
  // Whatever comes, it returns; an answer that contradicts itself ends the process. True: the input was taken whole, as far
  // as its door leads. The same input gives the same answer.
  bool (*take)(ByteView input);
  std::vector<Bytes> (*seeds)();  // made from proto/vectors and code; the same every time
  // Of real files beside the checkout: the endings that are this target's; the door they go through is 0.
  std::vector<std::string_view> endings;
};

extern const Target kBatch, kBlob, kBundle, kCsv, kCustody, kDocx, kDossier, kEnvelope, kExchange, kForm, kMedia, kMembership,
    kStore, kText, kWorkbook;

// All of them: whoever asks links them all.
std::span<const Target* const> targets();
// Null where there is none of that name.
const Target* target_named(std::string_view name);

// Runs the target with randomness that is the same for the same input, so that a finding can be repeated.
bool run(const Target& target, ByteView input);

}  // namespace haki::fuzz
