"""What starts and ends a real control plane, tried with programs that stand in for etcd and kube-apiserver."""

from pathlib import Path

import pytest

from support import controlplane
from support.controlplane import VARIABLE, StartError, control_plane
from support.e2e import Cluster
from support.kubectl import Kubectl
from support.kubernetes.kubeconfig import kubeconfig
from support.manifests import created, named
from support.reviews import pod
from support.standins import write_programs


def test_a_control_plane_is_ready_when_it_is_there_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_programs(tmp_path)
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    with control_plane() as plane:
        kubectl = Kubectl(kubeconfig(tmp_path, plane.url, plane.ca, "admin"))
        assert "default" in kubectl.done("get", "namespaces")
        cluster = Cluster(kubectl=kubectl, server=plane)
        with created(cluster, named("logged", pod())):
            assert cluster.annotations("logged") == {}
        processes = list(plane.processes)
        assert all(each.poll() is None for each in processes)
    assert all(each.poll() is not None for each in processes)
    assert not plane.folder.exists()


@pytest.mark.parametrize("program", ["etcd", "kube_apiserver"])
def test_one_that_does_not_start_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    write_programs(tmp_path, **{program: "sys.exit('no room on the disk')"})
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    monkeypatch.setattr(controlplane, "_ATTEMPTS", 1)
    with pytest.raises(StartError, match="no room on the disk"), control_plane():
        pass


def test_a_folder_without_the_programs_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    with (
        pytest.raises(AssertionError, match="which has no etcd, kube-apiserver, kubectl: run setup-envtest"),
        control_plane(),
    ):
        pass
