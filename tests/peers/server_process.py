"""A peer's server as a child process: waiting until it serves, ending it."""
import subprocess
import threading
import time


class ServerProcess:
    """Subclasses set `process` and `log`, the file that the child's talk goes to."""

    process = None

    @property
    def pid(self):
        return self.process.pid

    def wait_until(self, serves, name, limit, step):
        """Returns once serves() is true; a child that ends before, or takes longer than `limit` seconds, is an error."""
        deadline = time.monotonic() + limit
        while not serves():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"{name} did not start:\n{self.log.read_text(errors='replace')[-3000:]}")
            pause(step)

    def stop(self):
        """A clean stop; killed after 30 s."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def pause(seconds):
    threading.Event().wait(seconds)
