// What a member's device might send that is no honest one, or what a bad way makes of what it sends: one request comes changed.
// Some changes the way alone could make; others are those of a member, made anew under its own proof of who it is.
#pragma once

#include <optional>
#include <string_view>

#include "chance.h"
#include "client/home.h"
#include "transport/http_client.h"

namespace haki::simulation {

enum class Spoiling : std::uint8_t {
  kBytes, kCut, kProof, kCoalition,                                            // of an exchange, on the way
  kVersion, kTooMany, kTooLarge, kSignature, kCompartment, kPlace, kFork, kMemberList, kKey,  // of an exchange, by a member
  kPiece, kWholeFile, kOffset,                                                 // of a file
  kCount
};
std::string_view name_of(Spoiling how);

// The request as it comes then; none where it has nothing that could be changed so. `home`: of the device that sends it.
std::optional<transport::Request> spoil(const transport::Request& request, Spoiling how, const client::Home& home, Chance& chance);

}  // namespace haki::simulation
