# A client with a certificate, one without, one that forges; a revocation.

echo
echo "What the page behind https://mtls.localhost:$tls_port/ is told of a client"

for client in "with a certificate" "without" "that forges a header"; do
    options=-k

    case $client in
        with\ *)  options="$options --cert $pki/client.crt --key $pki/client.key" ;;
        that\ *)  options="$options -H Cf_Cert_Verified:true -H cf-cert-subject-dn:CN=root" ;;
    esac

    echo
    echo "  $client:"
    curl -s $options --connect-to "::127.0.0.1:$tls_port" \
        "https://mtls.localhost:$tls_port/" | grep -v ': $' | sed 's/^/    /'
done

cat <<END

Try in another terminal:

  Only with a certificate:
    curl -k https://mtls.localhost:$tls_port/staff
    curl -k --cert $pki/client.crt --key $pki/client.key https://mtls.localhost:$tls_port/staff

  Revoke it while nginx runs, ask again a second later, and take it back:
    demo/revoke $pki client; sleep 2
    curl -k --cert $pki/client.crt --key $pki/client.key https://mtls.localhost:$tls_port/staff
    demo/revoke $pki
END
