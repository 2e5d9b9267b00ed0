# Numbers, text, sorting, digests, packing and compression.
use strict;
use warnings;
use Math::BigInt;
use Math::BigFloat;
use Math::Complex;
use Digest::MD5 qw(md5_hex);
use Digest::SHA qw(sha1_hex sha256_hex sha512_hex);
use MIME::Base64;
use Compress::Zlib;
use Storable qw(freeze thaw);
use List::Util qw(sum reduce first);
use JSON::PP;
use POSIX qw(floor ceil fmod strtod DBL_MAX DBL_MIN DBL_EPSILON);

my @corner = (0, -0.0, 1, -1, 0.1, 1/3, 1e308, -1e308, 5e-324, 2.2250738585072014e-308, 9**9**9, -9**9**9, 2**53, 2**63,
  2**64, 1e15 + 0.3, 123456789.123456789, 1e-7);
for my $x (@corner) {
  printf "%s %.17g %a %d %.3f %e\n", $x, $x, $x, ($x > -9e18 && $x < 9e18 ? $x : 0), $x, $x;
  for my $y (@corner) {
    my @r = ($x + $y, $x - $y, $x * $y, $y != 0 ? $x / $y : 'by zero', $y > 0 && $y < 1e300 ? fmod($x, $y) : '');
    print md5_hex(join ',', map { /^-?nan$/i ? 'nan' : $_ } @r), "\n";
  }
}
my $sum = 0;
for my $i (1 .. 20000) {
  $sum += sin($i) * cos($i / 7) + exp(-$i / 1000) + log($i) + sqrt($i) + atan2($i, 3) + ($i / 77) ** 1.3;
}
printf "%.17g\n", $sum;
printf "%s\n", join ' ', map { sprintf '%.15g', $_ } (sqrt(-2) . '', cplx(1, 2) ** 3, exp(1), pi) if 0;
print cplx(1, 2) ** 3, ' ', sqrt(cplx(-2, 0)), "\n";
print Math::BigInt->new(2)->bpow(521)->bsub(1), "\n";
print Math::BigInt->new('123456789' x 20)->bmodpow('987654321' x 10, '1000000007' x 6), "\n";
print Math::BigInt->bfac(120), "\n";
print Math::BigFloat->new(2)->bsqrt(120), "\n";
print Math::BigFloat->bpi(150), "\n";
my ($a, $n) = (1, 0);
while ($a != 1 || $n == 0) { $a = ($a * 48271) % 2147483647; last if ++$n == 50000; }
print "$a\n";
my @list = map { $a = ($a * 48271) % 2147483647; $a } 1 .. 5000;
print sha1_hex(join ',', sort { $a <=> $b } @list), ' ', sha1_hex(join ',', sort @list), "\n";
my $text = join "\n", map { sprintf '%05d the quick brown fox %x jumps over "%s" <%d@example.org>', $_, $_ * 7919, 'lazy' x
  ($_ % 4), $_ } 1 .. 2000;
my %count;
$count{$1}++ while $text =~ /(\w*[aeiou]{2,}\w*|\d+(?=@)|"(?:lazy)+")/g;
print scalar(keys %count), ' ', sha256_hex(join ',', map { "$_=$count{$_}" } sort keys %count), "\n";
(my $changed = $text) =~ s/(\d+)@(\w+)\.org/sprintf '%s at %s', $1 * 3, uc $2/ge;
$changed =~ tr/a-z/n-za-m/;
print sha512_hex($changed), "\n";
my $small = compress($text, 9);
print length($small), ' ', uncompress($small) eq $text ? 'same' : 'different', ' ', crc32($text), ' ', adler32($text), "\n";
print sha256_hex(encode_base64($small)), "\n";
print unpack('H*', pack 'c s l q n N v V f d w U0a* (A3)*', -5, -300, -70000, -5e12, 1, 2, 3, 4, 1.5, -2.5e-300, 300, 'x',
  'ab', 'cdef'), "\n";
my $json = JSON::PP->new->canonical->ascii;
my $data = { list => [1 .. 20, 1.5, -0.25e-10, undef, "\x{263a}\n"], deep => { a => { b => { c => [[[]]] } } } };
print $json->encode($data) eq $json->encode($json->decode($json->encode($data))) ? 'same' : 'different', ' ',
  sha1_hex($json->encode(thaw freeze $data)), "\n";
print +(reduce { $a * $b % 1000003 } 1 .. 3000), ' ', (sum map { $_ ** 2 } 1 .. 1000), ' ', (first { $_ ** 3 > 12345 } 1 .. 99), "\n";
print join(',', map { floor($_) . '/' . ceil($_) } -2.5, -0.5, 0.5, 2.5), ' ', DBL_MAX, ' ', DBL_MIN, ' ', DBL_EPSILON, "\n";
sub ack { my ($m, $n) = @_; $m ? $n ? ack($m - 1, ack($m, $n - 1)) : ack($m - 1, 1) : $n + 1 }
no warnings 'recursion';
print ack(2, 40), "\n";
my @pipes = map { my $i = $_; open my $h, '-|', 'perl', '-e', "print $i ** 7, qq(\\n)" or die; $h } 1 .. 4;
print map { scalar readline $_ } @pipes;
