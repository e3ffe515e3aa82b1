package EdgeTest::Browser;

# A headless Chromium, driven over its debugging pipe.
#
#   my $b = EdgeTest::Browser->start or plan skip_all => 'no chromium';
#   $b->size(400, 800, dark => 1);
#   $b->open('http://127.0.0.1:8080/');
#   $b->evaluate('document.title');
#   $b->key('Tab');
#   $b->screenshot('page.png');        # all of the page
#   $b->{requests}, $b->{problems}     what it asked for, what it complained of
#   $b->stop;
#
# No call waits longer than `timeout` seconds (120).

use strict;
use warnings;

use File::Path qw(make_path remove_tree);
use JSON;
use MIME::Base64;
use POSIX ();
use Time::HiRes qw(time sleep);

my %keys = (Tab => 9, Enter => 13, Home => 36, End => 35, ArrowLeft => 37,
    ArrowRight => 39, Escape => 27);


sub binary {
    for my $name (qw(chromium chromium-browser google-chrome)) {
        for (split /:/, $ENV{PATH}) {
            return "$_/$name" if -x "$_/$name";
        }
    }

    return;
}


sub start {
    my ($class, %o) = @_;
    my $binary = binary() or return;
    my $home = "$EdgeTest::ServRoot/chromium-$$";

    make_path($home);
    pipe my $read_commands, my $commands or die "pipe: $!";
    pipe my $answers, my $write_answers or die "pipe: $!";

    my $pid = fork();
    die "fork: $!" if !defined $pid;

    if ($pid == 0) {
        my ($in, $out) = map { fcntl_dup($_) } $read_commands, $write_answers;

        POSIX::dup2($in, 3);
        POSIX::dup2($out, 4);
        open STDOUT, '>', "$home/log" or POSIX::_exit(126);
        open STDERR, '>&', \*STDOUT or POSIX::_exit(126);
        $ENV{HOME} = $home;
        exec 'timeout', '-k', 5, 700, $binary, qw(--headless=new --no-sandbox
            --disable-gpu --disable-dev-shm-usage --no-first-run
            --disable-background-networking --disable-sync
            --hide-scrollbars --remote-debugging-pipe),
            "--user-data-dir=$home/profile" or POSIX::_exit(127);
    }

    my $self = bless { pid => $pid, home => $home, to => $commands,
        from => $answers, buffer => '', serial => 0,
        timeout => $o{timeout} || 120, requests => [], problems => [] }, $class;

    my $target = $self->command('Target.createTarget', url => 'about:blank');
    my $session = $self->command('Target.attachToTarget', flatten => JSON::true,
        targetId => $target->{targetId});

    $self->{session} = $session->{sessionId};
    $self->command("$_.enable") for qw(Page Runtime Network Log);

    return $self;
}


# above the descriptors that Chromium wants

sub fcntl_dup {
    my ($handle) = @_;
    my @keep = POSIX::dup(fileno $handle);

    push @keep, POSIX::dup(fileno $handle) while $keep[-1] < 10;
    POSIX::close($_) for @keep[0 .. $#keep - 1];

    return $keep[-1];
}


sub command {
    my ($self, $method, %params) = @_;
    my $id = ++$self->{serial};
    my $text = encode_json({ id => $id, method => $method, params => \%params,
        $self->{session} ? (sessionId => $self->{session}) : () });

    local $SIG{PIPE} = 'IGNORE';
    syswrite $self->{to}, "$text\0";

    my $end = time + $self->{timeout};

    while (my $message = $self->message($end)) {
        next if ($message->{id} || 0) != $id;
        die "$method: $message->{error}{message}\n" if $message->{error};
        return $message->{result};
    }

    die "$method: no answer\n" . EdgeTest::slurp("$self->{home}/log");
}


# One message; events are noted on the way.

sub message {
    my ($self, $end) = @_;

    while ($self->{buffer} !~ /\0/) {
        my $bits = '';
        my $left = $end - time;

        vec($bits, fileno $self->{from}, 1) = 1;
        return if $left <= 0 || !select $bits, undef, undef, $left;
        return if !sysread $self->{from}, $self->{buffer}, 1 << 20,
            length $self->{buffer};
    }

    $self->{buffer} =~ s/^(.*?)\0//s;

    my $message = decode_json($1);
    my $method = $message->{method} || '';
    my $p = $message->{params};

    push @{ $self->{requests} }, $p->{request}{url}
        if $method eq 'Network.requestWillBeSent';
    push @{ $self->{problems} }, "$p->{entry}{source}: $p->{entry}{text}"
        if $method eq 'Log.entryAdded' && $p->{entry}{level} eq 'error';
    push @{ $self->{problems} }, $p->{exceptionDetails}{exception}{description}
        || $p->{exceptionDetails}{text}
        if $method eq 'Runtime.exceptionThrown';

    return $message;
}


sub size {
    my ($self, $width, $height, %o) = @_;

    $self->command('Emulation.setDeviceMetricsOverride', width => $width + 0,
        height => $height + 0, deviceScaleFactor => 1,
        mobile => JSON::false);
    $self->command('Emulation.setEmulatedMedia', features => [
        { name => 'prefers-color-scheme', value => $o{dark} ? 'dark' : 'light' }
    ]);

    return $self;
}


sub open {
    my ($self, $url) = @_;

    $self->command('Page.navigate', url => $url);
    $self->wait_for('document.readyState === "complete"'
        . ' && location.href !== "about:blank"');

    return $self;
}


sub evaluate {
    my ($self, $text) = @_;
    my $r = $self->command('Runtime.evaluate', expression => $text,
        returnByValue => JSON::true, awaitPromise => JSON::true);

    die "$text: $r->{exceptionDetails}{exception}{description}\n"
        if $r->{exceptionDetails};

    return $r->{result}{value};
}


# The first true value of an expression, undef after seconds (60)

sub wait_for {
    my ($self, $text, $seconds) = @_;
    my $end = time + ($seconds || 60);

    while (time < $end) {
        my $value = eval { $self->evaluate($text) };
        return $value if $value;
        sleep 0.1;
    }

    return;
}


sub key {
    my ($self, $name) = @_;

    $self->command('Input.dispatchKeyEvent', type => $_, key => $name,
        code => $name, windowsVirtualKeyCode => $keys{$name},
        $name eq 'Enter' && $_ eq 'keyDown' ? (text => "\r") : ())
        for qw(keyDown keyUp);
}


sub screenshot {
    my ($self, $file) = @_;
    my $r = $self->command('Page.captureScreenshot',
        captureBeyondViewport => JSON::true);

    CORE::open(my $out, '>:raw', $file) or die "$file: $!";
    print $out decode_base64($r->{data});
    close $out or die "$file: $!";
}


sub stop {
    my ($self) = @_;

    eval { local $self->{timeout} = 5;
        delete $self->{session}; $self->command('Browser.close') };
    kill 'TERM', $self->{pid};
    waitpid $self->{pid}, 0;
    remove_tree($self->{home}, { error => \my $ignored });
}


1;
