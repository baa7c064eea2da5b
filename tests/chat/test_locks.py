from __future__ import annotations

import threading
import time

import pytest

from mend.chat.locks import Busy, TurnQueue


def test_first_come_first_served_one_at_a_time() -> None:
    queue = TurnQueue()
    done: list[int] = []
    inside = 0

    def work(number: int) -> None:
        nonlocal inside
        with queue.turn("c"):
            inside += 1
            assert inside == 1
            time.sleep(0.005)
            done.append(number)
            inside -= 1

    threads = []
    with queue.turn("c"):
        for number in range(10):
            threads.append(threading.Thread(target=work, args=(number,)))
            threads[-1].start()
            while len(queue._lines["c"]) < number + 2:
                time.sleep(0.001)
    for thread in threads:
        thread.join(5)
    assert done == list(range(10))
    assert queue._lines == {}


def test_conversations_do_not_wait_for_each_other() -> None:
    queue = TurnQueue(patience_s=0.05)
    with queue.turn("a"), queue.turn("b"):
        pass


def test_impatience_and_a_full_line() -> None:
    queue = TurnQueue(max_waiting=0, patience_s=0.05)
    with queue.turn("a"), pytest.raises(Busy), queue.turn("a"):
        pass
    queue = TurnQueue(patience_s=0.05)
    with queue.turn("a"):
        with pytest.raises(Busy), queue.turn("a"):
            pass
        assert len(queue._lines["a"]) == 1
    with queue.turn("a"):
        pass


def test_total_is_bounded() -> None:
    queue = TurnQueue(max_total=2)
    with queue.turn("a"), queue.turn("b"), pytest.raises(Busy), queue.turn("c"):
        pass
    with queue.turn("c"):
        pass


def test_an_error_inside_frees_the_turn() -> None:
    queue = TurnQueue(patience_s=0.05)
    with pytest.raises(ZeroDivisionError), queue.turn("a"):
        raise ZeroDivisionError
    with queue.turn("a"):
        pass
