// "Did you mean …": the known name nearest to a mistyped one.
#pragma once

#include <string_view>
#include <vector>

namespace grantd::server {

// How many letters to insert, leave out, replace or swap with a neighbour lead from one to the
// other (the Damerau-Levenshtein distance, optimal string alignment).
std::size_t distance(std::string_view a, std::string_view b);

// The known name within a third of the letters (at least one, at most four edits); empty: none.
std::string_view nearest(std::string_view name, const std::vector<std::string_view>& known);

}  // namespace grantd::server
