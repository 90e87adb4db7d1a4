#!/bin/sh
# perl.sh - a script that counts the words of a text, indexes its lines, sorts and searches them.
#
# Usage: perl.sh OUT.trace
# Takes: 1 s
. "$(dirname "$0")/common.sh"
need perl perl

# A text of 9000 lines; words are drawn with a fixed seed, short ones more often.
awk 'BEGIN {
    seed = 12345
    for (line = 0; line < 9000; line++) {
        count = 3 + random(9)
        text = ""
        for (w = 0; w < count; w++)
            text = text (w ? " " : "") word(random(1 + random(4000)))
        print text
    }
}
function random(n) { seed = (seed * 1103515245 + 12345) % 2147483648; return int(seed / 65536) % n }
function word(n,   s) { do { s = s substr("etaoinshrdlcumwfgypbvk", n % 22 + 1, 1); n = int(n / 22) } while (n > 0); return s "s" }
' > text

cat > index.pl <<'PERL'
use strict;
use warnings;

my (%lines_of, @lines);
open my $text, '<', 'text' or die "text: $!";
while (my $line = <$text>) {
    chomp $line;
    push @lines, { number => $., words => [split / /, $line], text => $line };
    push @{ $lines_of{$_} }, $. for @{ $lines[-1]{words} };
}
close $text;

my @common = sort { @{ $lines_of{$b} } <=> @{ $lines_of{$a} } || $a cmp $b } keys %lines_of;
printf "%-12s %d\n", $_, scalar @{ $lines_of{$_} } for @common[0 .. 19];

# The line that shares most words with each hundredth line.
for my $line (grep { $_->{number} % 100 == 0 } @lines) {
    my %shared;
    for my $word (@{ $line->{words} }) {
        $shared{$_}++ for @{ $lines_of{$word} };
    }
    delete $shared{ $line->{number} };
    my ($best) = sort { $shared{$b} <=> $shared{$a} || $a <=> $b } keys %shared;
    my $joined = join '-', map { ucfirst } split / /, $lines[$best - 1]{text};
    $joined =~ s/(\w+)s-(\w+)/$2-$1/g;
    print "$line->{number} $best $joined\n" if defined $best;
}
PERL
clean env PERL_HASH_SEED=0 PERL_PERTURB_KEYS=0 "$heapbench" record -o "$out" -- perl index.pl >answers
