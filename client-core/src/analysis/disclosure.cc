#include "haki/disclosure.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <queue>

namespace haki {
namespace {

// What a reader of the table can reckon with: a count is an edge between its row's and its column's node, a total one between its
// row or column and the node of totals. Sums that agree mean that what a hidden count gains flows round a cycle of hidden ones.
class TableGraph {
 public:
  TableGraph(const Counts& counts, std::int64_t threshold) : rows_(counts.size()), columns_(counts.front().size()), threshold_(threshold) {
    std::vector<std::int64_t> of_column(columns_, 0);
    std::int64_t all = 0;
    for (std::size_t row = 0; row < rows_; ++row) {
      std::int64_t of_row = 0;
      for (std::size_t column = 0; column < columns_; ++column) {
        edges_.push_back({row, column_node(column), counts[row][column]});
        of_row += counts[row][column];
        of_column[column] += counts[row][column];
      }
      all += of_row;
      edges_.push_back({column_node(columns_), row, of_row, true});
    }
    for (std::size_t column = 0; column < columns_; ++column) edges_.push_back({column_node(column), rows_, of_column[column], true});
    edges_.push_back({rows_, column_node(columns_), all, true});
    at_.resize(rows_ + columns_ + 2);
    for (std::size_t edge = 0; edge < edges_.size(); ++edge) {
      at_[edges_[edge].from].push_back(edge);
      at_[edges_[edge].to].push_back(edge);
    }
  }

  bool hidden(std::size_t row, std::size_t column) const { return edges_[row * (columns_ + 1) + column].hidden; }
  bool row_hidden(std::size_t row) const { return hidden(row, columns_); }

  // Hides the totals that are small, and others until what they sum up to is not; with each, everything it is the sum of.
  void hide_totals() {
    std::vector<std::size_t> of_rows, of_columns;
    for (std::size_t row = 0; row < rows_; ++row) of_rows.push_back(row * (columns_ + 1) + columns_);
    for (std::size_t column = 0; column < columns_; ++column) of_columns.push_back(rows_ * (columns_ + 1) + column);
    hide_some_of(of_rows);
    hide_some_of(of_columns);
    for (std::size_t row = 0; row < rows_; ++row) {
      for (std::size_t column = 0; column < columns_; ++column) {
        Edge& count = edges_[row * (columns_ + 1) + column];
        if (small(count.value) || edges_[of_rows[row]].hidden || edges_[of_columns[column]].hidden) count.hidden = true;
      }
    }
  }

  // Hides what else it takes that no small count can be told; false where nothing does.
  bool protect() {
    for (std::size_t edge = 0; edge < edges_.size(); ++edge) {
      if (!edges_[edge].hidden || !small(edges_[edge].value)) continue;
      const std::int64_t up = threshold_ - edges_[edge].value, down = edges_[edge].value;
      if (!protect(edge, edges_[edge].to, edges_[edge].from, up)) return false;
      if (!protect(edge, edges_[edge].from, edges_[edge].to, down)) return false;
    }
    return true;
  }

 private:
  struct Edge {
    std::size_t from, to;  // in the direction in which it grows
    std::int64_t value;
    bool total = false;
    bool hidden = false;
  };

  std::size_t column_node(std::size_t column) const { return rows_ + 1 + column; }
  bool small(std::int64_t value) const { return value > 0 && value < threshold_; }

  void hide_some_of(std::vector<std::size_t> totals) {
    std::ranges::sort(totals, {}, [this](std::size_t edge) { return edges_[edge].value; });
    std::size_t hidden = 0;
    std::int64_t sum = 0;
    for (const std::size_t edge : totals) {
      const std::int64_t value = edges_[edge].value;
      if (value == 0) continue;
      if (!small(value) && (hidden == 0 || (hidden > 1 && sum >= threshold_))) break;
      edges_[edge].hidden = true;
      ++hidden;
      sum += value;
    }
  }

  // Ways from `start` to `end` that can take `need` more together, along which as little as possible is hidden besides; and
  // hides that. `of` itself is no way.
  bool protect(std::size_t of, std::size_t start, std::size_t end, std::int64_t need) {
    std::vector<std::int64_t> flow(edges_.size(), 0);  // by which each would change
    while (need > 0) {
      const std::vector<std::size_t> by = cheapest_way(of, start, end, flow);
      if (by.empty()) return false;
      std::int64_t room = need;
      walk(by, start, end, [&](Edge& one, std::size_t edge, bool grows) {
        if (!grows) room = std::min(room, one.value + flow[edge]);
      });
      walk(by, start, end, [&](Edge& one, std::size_t edge, bool grows) {
        one.hidden = true;
        flow[edge] += grows ? room : -room;
      });
      need -= room;
    }
    return true;
  }

  // For each node the edge by which it is reached; empty where `end` is not.
  std::vector<std::size_t> cheapest_way(std::size_t of, std::size_t start, std::size_t end, const std::vector<std::int64_t>& flow) const {
    constexpr std::int64_t kFar = std::numeric_limits<std::int64_t>::max();
    std::vector<std::int64_t> cost(at_.size(), kFar);
    std::vector<std::size_t> by(at_.size(), edges_.size());
    using Place = std::pair<std::int64_t, std::size_t>;
    std::priority_queue<Place, std::vector<Place>, std::greater<>> next;
    cost[start] = 0;
    next.push({0, start});
    while (!next.empty()) {
      const auto [so_far, node] = next.top();
      next.pop();
      if (so_far > cost[node]) continue;
      for (const std::size_t edge : at_[node]) {
        const Edge& one = edges_[edge];
        const bool grows = one.from == node;
        const bool may_be_hidden = one.hidden || (!one.total && one.value >= threshold_);
        if (edge == of || !may_be_hidden || (!grows && one.value + flow[edge] == 0)) continue;
        const std::size_t other = grows ? one.to : one.from;
        const std::int64_t there = so_far + (one.hidden ? 0 : one.value);
        if (there >= cost[other]) continue;
        cost[other] = there;
        by[other] = edge;
        next.push({there, other});
      }
    }
    return cost[end] == kFar ? std::vector<std::size_t>() : by;
  }

  template <typename Visit>
  void walk(const std::vector<std::size_t>& by, std::size_t start, std::size_t end, const Visit& visit) {
    for (std::size_t node = end; node != start;) {
      Edge& one = edges_[by[node]];
      const bool grows = one.to == node;
      visit(one, by[node], grows);
      node = grows ? one.from : one.to;
    }
  }

  std::size_t rows_, columns_;
  std::int64_t threshold_;
  // Row by row its counts and its total; then the columns' totals and the sum of all.
  std::vector<Edge> edges_;
  std::vector<std::vector<std::size_t>> at_;  // edges by node
};

}  // namespace

Hidden hide_small_counts(const Counts& counts, const std::vector<std::int64_t>& row_totals, std::int64_t threshold) {
  Hidden hidden;
  if (counts.empty() || counts.front().empty()) return hidden;
  const std::size_t columns = counts.front().size();
  // Whoever was not counted by this axis is a category of its own: its count follows from the others.
  Counts whole = counts;
  for (std::size_t row = 0; row < counts.size(); ++row) {
    whole[row].push_back(row_totals[row] - std::accumulate(counts[row].begin(), counts[row].end(), std::int64_t{0}));
  }
  TableGraph graph(whole, threshold);
  graph.hide_totals();
  const std::int64_t all = std::accumulate(row_totals.begin(), row_totals.end(), std::int64_t{0});
  hidden.all = (all > 0 && all < threshold) || !graph.protect();
  for (std::size_t row = 0; row < counts.size(); ++row) {
    hidden.rows.push_back(graph.row_hidden(row));
    std::vector<bool>& cells = hidden.cells.emplace_back();
    for (std::size_t column = 0; column < columns; ++column) cells.push_back(hidden.all || graph.hidden(row, column));
  }
  return hidden;
}

}  // namespace haki
