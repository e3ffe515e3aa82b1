# Modules of other makers for the same directives, as Debian ships them: nginx
# does not start beside them, and says which line is to be removed.

use strict;
use warnings;

use lib 't/lib';
use EdgeTest 'zstd_filter';
use Test::More;

my $folder = '/usr/lib/nginx/modules';
my $http = 'brotli on; brotli_static on; server { listen %%PORT%%; }';


# what nginx -t says with these loaded, ours in front or behind

sub said {
    my ($order, @rivals) = @_;
    my @ours = @EdgeTest::Load;
    my @theirs = map { "$folder/ngx_http_brotli_${_}_module.so" } @rivals;

    local @EdgeTest::Load = $order eq 'ours first' ? (@ours, @theirs)
        : (@theirs, @ours);

    return EdgeTest->check_conf(http => $http);
}


for my $order ('ours first', 'theirs first') {
    for my $rival (qw(filter static)) {
        subtest "brotli_$rival, $order" => sub {
            my ($code, $output) = said($order, $rival);

            isnt($code, 0, 'refused') or diag($output);
            like($output, qr/\[emerg\].* remove the "load_module" line of /,
                'as an error');
            like($output, qr/ ngx_http_brotli_${rival}_module\.so$/m,
                'which one');
        };
    }
}

my ($code, $output) = said('ours first');
is($code, 0, 'without them their directives are understood')
    or diag($output);

done_testing();
