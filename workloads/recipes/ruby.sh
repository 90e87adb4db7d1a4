#!/bin/sh
# ruby.sh - Ruby, which keeps its small objects in slots of its own, and asks the allocator for what they hold: strings,
# arrays and hashes that grow. Orders are read, grouped, priced and printed.
#
# Usage: ruby.sh OUT.trace
# Takes: 2 s
. "$(dirname "$0")/common.sh"
need ruby ruby

cat > orders.rb <<'RUBY'
Order = Struct.new(:number, :customer, :lines, :note)
Line = Struct.new(:article, :count, :price)

$seed = 99
def random(n)
  $seed = ($seed * 1103515245 + 12345) % 2**31
  $seed / 65536 % n
end

text = (1..2500).map do |number|
  lines = (1..2 + random(6)).map { "article #{random(400)} of the long catalogue,#{1 + random(9)},#{random(10_000)}" }
  "#{number};customer number #{random(300)}, of a street with a long name;#{lines.join('|')};#{'note ' * random(30)}"
end.join("\n")

orders = text.each_line(chomp: true).map do |line|
  number, customer, rest, note = line.split(';', 4)
  lines = rest.split('|').map { |part| article, count, price = part.split(','); Line.new(article, count.to_i, price.to_i) }
  Order.new(number.to_i, customer, lines, note.to_s)
end

by_customer = orders.group_by(&:customer)
sold = Hash.new { |hash, key| hash[key] = [] }
orders.each { |order| order.lines.each { |line| sold[line.article] << [order.number, line.count * line.price] } }

report = +''
by_customer.sort_by { |name, list| [-list.size, name] }.each do |name, list|
  total = list.sum { |order| order.lines.sum { |line| line.count * line.price } }
  report << format("%-60s %4d %12d\n", name, list.size, total)
  list.each { |order| report << "  #{order.number}: #{order.lines.map { |line| line.article.sub(/article (\d+)/, 'no. \1').upcase }.join(', ')}\n" }
end
best = sold.max_by(10) { |article, list| [list.sum(&:last), article] }
puts report.size, best.map { |article, list| "#{article} #{list.size}" }
puts orders.map { |order| order.note.gsub('note', 'remark').scan(/\w+/).tally.to_a.inspect }.uniq.size
words = text.scan(/[a-z]+ \d+/).each_with_object(Hash.new(0)) { |word, count| count[word] += 1 }
puts words.size, words.values.max
GC.start # else what the collector gets to see depends on addresses
RUBY
record ruby --disable=gems,did_you_mean,error_highlight orders.rb >answers
