# What answers where.

cat <<END

The edge is $("$nginx" -v 2>&1 | sed 's/.*: //') with $modules/*.so

    browser   $plain/
    browser   $tls/  (HTTP/2; import $pki/ca.crt, or accept the certificate)
    status    $plain/status  (what the modules count, live)
END
