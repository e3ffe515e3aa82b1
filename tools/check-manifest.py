#!/usr/bin/python3
"""check-manifest.py MANIFEST CONF: that the parts of a Kubernetes manifest
belong together, that its pod needs no privilege, and that its ConfigMap has the
text of CONF."""

import os
import sys

import yaml

wrong = []


def expect(true, what):
    if not true:
        wrong.append(what)


def check_pod(pod, container):
    secure = container["securityContext"]

    expect(pod["securityContext"]["runAsNonRoot"] is True, "root is allowed")
    expect(secure["readOnlyRootFilesystem"] is True, "the root is written to")
    expect(secure["allowPrivilegeEscalation"] is False, "privileges can grow")
    expect(secure["capabilities"]["drop"] == ["ALL"], "capabilities are kept")
    expect(pod["terminationGracePeriodSeconds"] > 30, "no time to stop")

    for probe in "readinessProbe", "livenessProbe":
        expect(container[probe]["exec"]["command"] == ["edge-health"],
               probe + " is another")


def check_mounts(pod, container, maps):
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    mounts = {mount["name"]: mount for mount in container["volumeMounts"]}

    expect(volumes.keys() == mounts.keys(), "volumes and mounts differ")
    expect("emptyDir" in volumes["tmp"] and mounts["tmp"]["mountPath"] == "/tmp",
           "/tmp cannot be written to")

    for name, mount in mounts.items():
        expect("subPath" not in mount, name + " is a subPath: never renewed")
        expect(name == "tmp" or mount.get("readOnly"), name + " is writable")

    expect(volumes["conf"]["configMap"]["name"] in maps, "no such ConfigMap")
    expect(int([variable["value"] for variable in container["env"]
                if variable["name"] == "EDGE_RELOAD"][0]) > 0,
           "a ConfigMap is not noticed")


def check_service(service, labels, container):
    ports = {port["name"] for port in container["ports"]}

    expect(service["selector"].items() <= labels.items(),
           "the Service selects other pods")
    for port in service["ports"]:
        expect(port["targetPort"] in ports, "the Service has another port")


def main(manifest, conf):
    with open(manifest, encoding="utf-8") as text:
        kinds = {part["kind"]: part for part in yaml.safe_load_all(text)}

    config, service = kinds["ConfigMap"], kinds["Service"]["spec"]
    deployment = kinds["Deployment"]["spec"]
    template = deployment["template"]
    pod = template["spec"]
    container = pod["containers"][0]
    labels = template["metadata"]["labels"]

    expect(deployment["selector"]["matchLabels"] == labels,
           "the Deployment selects other pods")
    check_pod(pod, container)
    check_mounts(pod, container, [config["metadata"]["name"]])
    check_service(service, labels, container)

    with open(conf, encoding="utf-8") as text:
        expect(config["data"] == {os.path.basename(conf): text.read()},
               "the ConfigMap has another text than " + conf)

    for what in wrong:
        print(what)

    return 1 if wrong else 0


sys.exit(main(*sys.argv[1:]))
