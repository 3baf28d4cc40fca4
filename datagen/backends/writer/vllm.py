"""Writes scripts with a language model in this process: vLLM's offline engine, a block a batch.

    Job --Author--> Requests --vllm.LLM.chat--> Script | Reject

For models with a plain chat template. Harmony models (gpt-oss) need the server's own reply format,
which the offline engine does not build (a schema there would suppress it): use ``openai``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from importlib import import_module
from threading import Lock
from typing import Any

from pydantic import Field

from datagen.backends.protocols import ScriptWriter
from datagen.scripting.llm.author import Author, Writing
from datagen.scripting.llm.completion import Completion, Refusal, Request, Usage
from datagen.scripting.llm.options import AuthorOptions, check_judge
from datagen.types import Job, Reject, Script, UserError

HARMONY = ("gpt-oss", "gpt_oss")


class VLLM(ScriptWriter):
    """Runs one model here; give the stage a GPU and an environment with vLLM in the host.

    Attempts, quarantine and the stop at too many rejects are as in `openai`.
    """

    class Options(AuthorOptions):
        """Which model, and how it is run."""

        model: str
        """A folder, or a name the model hub knows."""
        sampling: dict[str, Any] = Field(
            default_factory=lambda: {"temperature": 0.7, "top_p": 0.8, "max_tokens": 3000}
        )
        """Arguments of vLLM's SamplingParams."""
        template: dict[str, Any] = Field(default_factory=lambda: {"enable_thinking": False})
        """Given to the chat template."""
        engine: dict[str, Any] = Field(default_factory=dict, exclude=True)
        """Arguments of vLLM's LLM, e.g. tensor_parallel_size, max_model_len."""

    def __init__(self, options: Options) -> None:
        self._options = options
        try:
            self._vllm = import_module("vllm")
            self._parameters = import_module("vllm.sampling_params")
        except ImportError as error:
            raise UserError(
                "script.use=vllm: vLLM cannot be imported here; install it in an environment of its"
                f" own and name that in the host's script.py_executable ({error})"
            ) from error
        self._engine = self._vllm.LLM(model=options.model, **options.engine)
        self._batches = Batches(self._run)
        self._author = Author(options, self, writer="vllm", models=[Writing(options.model)])

    @classmethod
    def check(cls, options: Options) -> None:
        """Raise UserError for a model that cannot be run offline."""
        check_judge(options, 1)
        if any(name in options.model.lower() for name in HARMONY):
            raise UserError(
                f"script.options.model: {options.model} speaks harmony, which vLLM's offline engine"
                " does not; serve it and set script.use=openai"
            )

    @classmethod
    def identity(cls, options: Options) -> dict[str, str]:
        """Return the digest of prompts and packs; a model's weights are known by its name only."""
        return Author.identity()

    def write(self, jobs: Sequence[Job]) -> list[Script | Reject]:
        """Return a script or a reject for each job, in order."""
        return self._author.write(jobs)

    def complete(self, requests: Sequence[Request]) -> list[Completion | Refusal]:
        """Answer all requests; those of several threads that wait become one batch."""
        return self._batches.complete(requests)

    def spent(self) -> Mapping[str, Mapping[str, float]]:
        """Return dialogues and tokens since this was last asked."""
        return self._author.spent()

    def _run(self, requests: Sequence[Request]) -> list[Completion | Refusal]:
        outputs = self._engine.chat(
            [list(request.messages) for request in requests],
            [self._sampling(request) for request in requests],
            chat_template_kwargs=self._options.template,
            use_tqdm=False,
        )
        return [_completion(output) for output in outputs]

    def _sampling(self, request: Request) -> Any:
        structured = self._parameters.StructuredOutputsParams(json=request.schema)
        return self._vllm.SamplingParams(
            **self._options.sampling, seed=request.seed, structured_outputs=structured
        )

    def close(self) -> None:
        """Stop the engine, which has processes of its own."""
        del self._engine


class Batches:
    """Lets threads share an engine that runs one batch at a time.

    Who finds the engine free runs the requests of all who wait: they need one run and not many.
    """

    def __init__(self, run: Callable[[Sequence[Request]], Sequence[Completion | Refusal]]) -> None:
        self._run = run
        self._running, self._lock = Lock(), Lock()
        self._waiting: list[tuple[Request, Future[Completion | Refusal]]] = []

    def complete(self, requests: Sequence[Request]) -> list[Completion | Refusal]:
        """Answer requests, in order; an error of a batch is raised for all who are in it."""
        asked: list[tuple[Request, Future[Completion | Refusal]]] = [
            (request, Future()) for request in requests
        ]
        with self._lock:
            self._waiting += asked
        with self._running:
            self._answer()
        return [future.result() for _, future in asked]

    def _answer(self) -> None:
        """Run all that wait, unless somebody has done so."""
        with self._lock:
            batch, self._waiting = self._waiting, []
        if not batch:
            return
        try:
            answers = self._run([request for request, _ in batch])
        except BaseException as error:
            for _, future in batch:
                future.set_exception(error)
            return
        for (_, future), answer in zip(batch, answers, strict=True):
            future.set_result(answer)


def _completion(output: Any) -> Completion:
    written = output.outputs[0]
    usage = Usage(
        prompt=len(output.prompt_token_ids),
        cached=output.num_cached_tokens or 0,
        completion=len(written.token_ids),
    )
    return Completion(written.text, is_whole=written.finish_reason != "length", usage=usage)
