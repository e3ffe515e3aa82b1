# The media types that are compressed by default: those of the reference page,
# among them what large content delivery networks compress, and no others.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'zstd_filter';
use EdgeTest::Check;
use EdgeTest::Client qw(get);
use Test::More;

my $page = text(900) =~ tr/"/'/r;

# As their pages have it, which the reference names. Both list the WOFF of
# before RFC 8081, too, which is compressed as it is.

my @cloudflare = qw(text/html text/richtext text/plain text/css text/x-script
    text/x-component text/x-java-source text/x-markdown application/javascript
    application/x-javascript text/javascript text/js image/x-icon
    image/vnd.microsoft.icon application/x-perl application/x-httpd-cgi
    text/xml application/xml application/rss+xml application/vnd.api+json
    application/x-protobuf application/json multipart/bag multipart/mixed
    application/xhtml+xml font/ttf font/otf image/svg+xml
    application/vnd.ms-fontobject application/ttf application/x-ttf
    application/otf application/x-otf application/truetype
    application/opentype application/x-opentype application/eot
    application/font application/font-sfnt application/wasm
    application/javascript-binast application/manifest+json
    application/ld+json application/graphql+json application/geo+json);

my @cloudfront = qw(application/dash+xml application/eot application/font
    application/font-sfnt application/javascript application/json
    application/opentype application/otf application/pkcs7-mime
    application/protobuf application/rss+xml application/truetype
    application/ttf application/vnd.apple.mpegurl
    application/vnd.ms-fontobject application/xhtml+xml application/xml
    application/x-font-opentype application/x-font-truetype
    application/x-font-ttf application/x-httpd-cgi application/x-javascript
    application/x-mpegurl application/x-opentype application/x-otf
    application/x-perl application/x-ttf font/eot font/opentype font/otf
    font/ttf image/svg+xml text/css text/csv text/html text/javascript text/js
    text/plain text/richtext text/tab-separated-values text/xml
    text/x-component text/x-java-source text/x-script vnd.apple.mpegurl);

my @never = qw(image/png image/jpeg image/gif image/webp image/avif
    video/mp4 video/webm audio/mpeg audio/ogg application/zip application/gzip
    application/zstd application/x-7z-compressed application/octet-stream
    font/woff font/woff2 font/x-woff application/font-woff
    application/font-woff2 text/event-stream multipart/x-mixed-replace
    multipart/byteranges text/htm text/html5 application/jsonp);

my ($block) = EdgeTest::slurp('docs/compression.md')
    =~ /^### compression_types\n.*?^((?: {4}\w+\/[^\n]*\n)+)/ms;
my @documented = split ' ', $block;

my %seen;
my @types = grep { !$seen{$_}++ } @documented, @cloudflare, @cloudfront,
    @never;

my $edge = EdgeTest->start(http => "compression on;\nserver {\n"
    . "listen %%PORT%%;\n" . join('', map {
    "location = /$_ { default_type $types[$_]; return 200 \"$page\"; }\n"
    } 0 .. $#types) . "}\n");

my %coded = map { $types[$_] => get("/$_", headers =>
    ['Accept-Encoding: zstd'])->coding eq 'zstd' } 0 .. $#types;

cmp_ok(scalar @documented, '>', 80, 'the page has a list');

for (['documented', @documented], ['Cloudflare', @cloudflare],
    ['CloudFront', @cloudfront])
{
    my ($whose, @list) = @$_;

    is_deeply([ grep { !$coded{$_} } @list ], [], "$whose: all are coded");
}

is_deeply([ grep { $coded{$_} } @never ], [],
    'none of those that would not gain');

is_deeply([ $edge->complaints ], [], 'nothing to complain of');

done_testing();
