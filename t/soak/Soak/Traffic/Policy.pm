package Soak::Traffic::Policy;

# Handshakes that a policy refuses, or does not: of a name that nobody changes,
# and of one that is changed by the API all the time.

use strict;
use warnings;

use EdgeTest::Hello;
use Soak::Request;
use Soak::Wire;

use constant PROCESSES => 1;


sub converse {
    my ($class, $site) = @_;

    for my $name ('strict.test', 'changing.test') {
        my ($edge, $start) = (int rand 2, now());
        my $answer = answer(port => $site->tls_port($edge), sni => $name,
            versions => ['1.2'], patience => PATIENCE);

        say_line('claim', $start, now(), $edge, 'tls', "policy of $name", 0,
            $answer =~ /^1\.2 / ? 'accepted' : $answer eq 'alert 70'
            ? 'refused' : $answer, $answer);
    }
}


1;
