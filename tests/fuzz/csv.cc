// Text files of cells: CSV in every encoding, and lists of records in JSON. Door 0: a file. Door 1: a child's frames.
#include "../unit/formats/files.h"
#include "fields.h"
#include "formats/frames.h"
#include "table_input.h"
#include "target.h"

namespace haki::fuzz {

namespace of_csv {
namespace {

bool take(ByteView input) {
  Fields fields(input);
  const bool frames = fields.choice(2) == 1;
  return frames ? take_table_frames(fields.rest()) : take_table(as_text(fields.rest()));
}

std::string in_utf16(std::string_view text) {
  std::string wide = "\xff\xfe";
  for (const char letter : text) wide += {letter, '\0'};
  return wide;
}

std::string frame(formats::FrameKind kind, const std::string& payload) {
  std::string bytes;
  formats::put_number(bytes, static_cast<std::uint8_t>(kind), 1);
  formats::put_text(bytes, payload);
  return bytes;
}

std::string good_frames() {
  std::string facts, header, row, refused, done;
  for (const char* fact : {"csv", "", "utf-8", "said so", ","}) formats::put_text(facts, fact);
  formats::put_texts(facts, {});
  formats::put_texts(header, {"To", "Text", "From", "Response", "Session"});
  formats::put_number(row, 2, 8);
  formats::put_texts(row, {"Kenya", "Sign it", "Algeria", "Accepted", "8"});
  formats::put_number(refused, 3, 8);
  formats::put_number(refused, 1, 4);
  formats::put_number(refused, 1, 1);
  formats::put_text(done, "LF");
  using formats::FrameKind;
  return frame(FrameKind::kFacts, facts) + frame(FrameKind::kHeader, header) + frame(FrameKind::kRow, row) +
         frame(FrameKind::kRefused, refused) + frame(FrameKind::kDone, done);
}

std::vector<Bytes> seeds() {
  const std::string table = formats::kHeading + "\n" + formats::line_with("\"Ratify, and \"\"sign\"\"\nit\"") + "\n" + formats::line_with("Sign it", "Noted");
  const std::string own = "text,state,recommending_states,position,themes,sdgs\r\nSign it,Kenya,Algeria; Chad,supported,Women,5.1|16\r\n";
  const std::string uhri =
      "Document symbol;Body;Annotation Type;Text;Countries;Themes\nCRC/C/KEN/CO/3;CRC;Recommendation;\"23. Adopt, and (a) fund\";Kenya;Children\n";
  const std::string ohchr = "Recommendation,Full list of themes,Assessment/comments on level of implementation,Position\n"
                            "\"115.3 Ratify it (France);\",A12 Acceptance,done,Supported\nTheme: A12\n";
  const std::string observations =
      "Date,Narrative,District,Number of people affected,Position\n2026-11-29,Le puits est \xc3\xa0 sec,KE047,\"1.234,5\",-1.29 36.82\n"
      "29/11/2026,\xd9\x85\xd8\xa7\xd8\xa1,KE001,12,\n";
  const std::string sessions = "date,place,women,men,topics\n03.02.2026,Kisumu,12,7,\"a; b | c\"\n";
  const std::string json = R"([{"To":"Kenya","Text":"\u00e9\n\"x\"","Session":8,"a":[1,null,{"m":2.0}]},{},{"To":"Nepal"}])";
  const std::string nested = R"({"results":[{"symbol":"A/HRC/1","annotations":[{"text":"Sign","themes":["x","y"]}]}]})";
  std::vector<Bytes> all;
  for (const std::string& text : {table, own, uhri, ohchr, observations, sessions, json, nested, std::string("a\tb\n1\t2\n"), std::string("\xef\xbb\xbf") + table,
                                  in_utf16(table), std::string("Pays;Texte\rC\xf4te d'Ivoire;\x8e crire\r"), std::string("<html>"), std::string("a,\"b\n")}) {
    all.push_back(through(0, text));
  }
  all.push_back(through(1, good_frames()));
  return all;
}

}  // namespace
}  // namespace of_csv

const Target kCsv{"csv", 12 * 1024, "csv.dict", of_csv::take, of_csv::seeds, {".csv", ".json", ".txt"}};

}  // namespace haki::fuzz
