"""Talks to the server with the official SDK: `client.py PROGRAM FOLDER MODE`, where FOLDER holds `open/` and `shut/`.

MODE is that of the SDK's client: `legacy` begins with a handshake, `auto` takes the newest version of the protocol. The SDK
itself compares structured results with the schemas that the server gives.
"""

import os
import sys
import time
from pathlib import Path

import anyio
from mcp import Client, StdioServerParameters
from mcp.types import ListRootsResult, Root

PROGRAM, FOLDER, MODE = sys.argv[1], Path(sys.argv[2]).resolve(), sys.argv[3]
SERVER = StdioServerParameters(command=PROGRAM, args=["mcp"], cwd=FOLDER / "open")


def words(result):
    return "\n".join(block.text for block in result.content)


async def roots(_context):
    return ListRootsResult(roots=[Root(uri=(FOLDER / "open").as_uri()), Root(uri=(FOLDER / "second folder").as_uri())])


async def tools(client):
    listed = {tool.name: tool for tool in (await client.list_tools()).tools}
    wanted = {"mem_leaks", "mem_scan", "mem_handles", "explain"}
    if sys.platform == "linux":
        wanted |= {"triage", "watch"}
    assert set(listed) == wanted, listed
    for tool in listed.values():
        assert tool.description and tool.output_schema["type"] == "object", tool
        assert tool.input_schema["additionalProperties"] is False, tool
        assert tool.annotations.read_only_hint, tool


async def findings(client):
    result = await client.call_tool("mem_leaks", {"paths": ["leaky.py"]})
    assert not result.is_error, words(result)
    found = result.structured_content
    rules = [finding["rule"] for finding in found["findings"]]
    assert "unclosed-handle" in rules and "unbounded-collection" in rules, rules
    assert all(finding["path"] == "leaky.py" for finding in found["findings"])
    assert "unclosed-handle" in words(result) and "leaky.py" in words(result)
    for name, rule in [("mem_scan", "unbounded-collection"), ("mem_handles", "unclosed-handle")]:
        found = (await client.call_tool(name, {"paths": ["leaky.py"]})).structured_content
        assert {finding["rule"] for finding in found["findings"]} == {rule}, (name, found)
    whole = (await client.call_tool("mem_leaks", {})).structured_content
    assert {finding["path"] for finding in whole["findings"]} == {"leaky.py"}, "clean.py is clean, and shut/ is shut"
    result = await client.call_tool("mem_leaks", {"paths": ["clean.py"]})
    assert result.structured_content["findings"] == []
    result = await client.call_tool("mem_leaks", {"max_findings": 1})
    found = result.structured_content
    assert len(found["findings"]) == 1 and found["omitted"] >= 1
    assert found["summary"]["findings"] == 1 + found["omitted"], found["summary"]
    assert "not shown" in words(result) and "Files looked at: 2." in words(result), words(result)
    # The one that is left is the more severe, and not the first in the file.
    assert found["findings"][0]["severity"] == "high", found["findings"]


async def confined(client, second):
    outside = ["../shut/leaky.py", str(FOLDER / "shut"), "/etc"]
    for path in outside:
        result = await client.call_tool("mem_leaks", {"paths": [path]})
        assert result.is_error and "is outside" in words(result), (path, words(result))
    result = await client.call_tool("mem_leaks", {"paths": ["nothing.py"]})
    assert result.is_error and "does not exist" in words(result), words(result)
    result = await client.call_tool("mem_leaks", {"paths": [str(FOLDER / "second folder")]})
    assert result.is_error != second, words(result)
    if second:
        assert [finding["path"] for finding in result.structured_content["findings"]] == ["more.py"], result


async def mistakes(client):
    for name, arguments, said in [
        ("mem_leaks", {"path": "leaky.py"}, "unknown field `path`"),
        ("mem_leaks", {"paths": "leaky.py"}, "expected a sequence"),
        ("mem_leaks", {"select": ["unclosed-handel"]}, "did you mean `unclosed-handle`"),
        ("mem_scan", {"select": ["unclosed-handle"]}, "not among the rules"),
        ("mem_leaks", {"max_findings": 0}, "between 1 and 1000"),
        ("explain", {}, "missing field `rule`"),
        ("explain", {"rule": "nonsense"}, "there is no rule"),
    ]:
        result = await client.call_tool(name, arguments)
        assert result.is_error and said in words(result), (name, arguments, words(result))
    try:
        await client.call_tool("mem_everything", {})
        raise AssertionError("there is no such tool")
    except Exception as error:
        assert "mem_everything" in str(error), error
    result = await client.call_tool("explain", {"rule": "unbounded-cache"})
    assert result.structured_content["id"] == "unbounded-cache" and "# unbounded-cache" in words(result)


async def live(client):
    for arguments, said in [
        ({"pid": 4194303, "duration_s": 1}, "there is no process"),
        ({"pid": os.getpid(), "duration_s": 0}, "between 1 and 3600"),
        ({"pid": os.getpid()}, "missing field `duration_s`"),
        ({"pid": -1, "duration_s": 1}, "wrong arguments"),
    ]:
        result = await client.call_tool("watch", arguments)
        assert result.is_error and said in words(result), (arguments, words(result))
    steps = []

    async def progress(done, total, message):
        steps.append((done, total, message))

    arguments = {"pid": os.getpid(), "duration_s": 2, "window_s": 30}
    result = await client.call_tool("watch", arguments, progress_callback=progress)
    assert not result.is_error, words(result)
    assert result.structured_content["judgement"]["verdict"] == "not-enough-data"
    assert result.structured_content["ending"]["why"] == "duration"
    assert len(steps) >= 3 and all(total == 2 and "so far" in message for _, total, message in steps), steps
    result = await client.call_tool("triage", {"delay_s": 0.5})
    assert result.structured_content["causes"] and result.structured_content["before"]["total"] > 0
    assert "## The host" in words(result)


async def cancelled(client, server):
    began = time.monotonic()
    with anyio.move_on_after(1):
        await client.call_tool("watch", {"pid": os.getpid(), "duration_s": 600})
        raise AssertionError("it should not have ended")
    result = await client.call_tool("explain", {"rule": "unbounded-cache"})
    assert not result.is_error and time.monotonic() - began < 5
    # What the call had opened is closed: the directory of the process that was watched, and the probe with it.
    while any(str(os.getpid()) in link.split("/") for link in opened(server)):
        assert time.monotonic() - began < 5, opened(server)
        await anyio.sleep(0.05)


def opened(pid):
    links = []
    for name in os.listdir(f"/proc/{pid}/fd"):
        try:
            links.append(os.readlink(f"/proc/{pid}/fd/{name}"))
        except OSError:
            pass
    return links


def child():
    """The server: our child, or the child of what the SDK wrapped it in."""
    for task in Path("/proc/self/task").iterdir():
        for pid in (task / "children").read_text().split():
            if Path(f"/proc/{pid}/comm").read_text().strip() == "watertight":
                return int(pid)
    raise AssertionError("the server is not our child")


async def main():
    async with Client(SERVER, mode=MODE, list_roots_callback=roots) as client:
        await tools(client)
        await findings(client)
        await confined(client, True)
        await mistakes(client)
        if sys.platform == "linux":
            await live(client)
            await cancelled(client, child())
    # Without roots of the client, the working directory is all there is.
    async with Client(SERVER, mode=MODE) as client:
        await findings(client)
        await confined(client, False)
    print("every call was answered as it should be")


anyio.run(main)
