"""Writes scripts with a language model in this process: vLLM's offline engine, a block a batch.

    Job --Author--> Requests --vllm.LLM.chat--> Script | Reject

For models with a plain chat template. Harmony models (gpt-oss) need the server's own reply format,
which the offline engine does not build (a schema there would suppress it): use ``openai``.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

from pydantic import Field

from datagen.backends.protocols import ScriptWriter
from datagen.scripting.llm.author import Author, AuthorOptions, check_judge
from datagen.scripting.llm.completion import Completion, Refusal, Request, Usage
from datagen.types import Job, Reject, Script, UserError

HARMONY = ("gpt-oss", "gpt_oss")


class VLLM(ScriptWriter):
    """Runs one model here; give the stage a GPU and an environment with vLLM in the host."""

    class Options(AuthorOptions):
        """Which model, and how it is run."""

        model: str
        """A folder, or a name the model hub knows."""
        sampling: dict[str, Any] = Field(
            default_factory=lambda: {"temperature": 0.7, "top_p": 0.8, "max_tokens": 3000}
        )
        """vLLM's SamplingParams."""
        template: dict[str, Any] = Field(default_factory=lambda: {"enable_thinking": False})
        """Given to the chat template."""
        engine: dict[str, Any] = Field(default_factory=dict, exclude=True)
        """vLLM's LLM arguments, e.g. tensor_parallel_size, max_model_len."""

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
        self._author = Author(options, self, writer="vllm", models=[options.model], quotas=[1])

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
        """Run all requests as one batch."""
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


def _completion(output: Any) -> Completion:
    written = output.outputs[0]
    usage = Usage(
        prompt=len(output.prompt_token_ids),
        cached=output.num_cached_tokens or 0,
        completion=len(written.token_ids),
    )
    return Completion(written.text, is_whole=written.finish_reason != "length", usage=usage)
