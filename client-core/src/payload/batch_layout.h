// Numbers that the batch's writer and reader share (spec 10-change-set).
#pragma once

#include <cstdint>

namespace haki::payload {

// Operation kinds. 6 Blob, 8 Restate, 9 Witness, 10 Missed and 11 Endorse are named for later versions.
enum Kind : std::uint64_t {
  kSetField = 1, kSetAdd = 2, kSetRemove = 3, kNewRecord = 4, kTomb = 5, kAck = 7, kVerdict = 12, kGone = 13, kErase = 14, kLetGo = 15
};

inline bool is_known(std::uint64_t kind) { return (kind >= kSetField && kind <= kAck && kind != 6) || (kind >= kVerdict && kind <= kLetGo); }

// Protobuf tags: field number << 3 | wire type (0 a varint, 2 bytes with their length).
enum WireType : std::uint8_t { kVarint = 0, kFixed64 = 1, kLengthAndBytes = 2, kFixed32 = 5 };
enum BatchField : std::uint32_t {
  kSchemaField = 1, kMinReaderField, kLogsField, kRecordsField, kFormsField, kShapesField, kSetsField, kColumnsField
};
enum SetFieldNumber : std::uint32_t { kMsPlusField = 1, kCounterField, kOperationsField };

}  // namespace haki::payload
