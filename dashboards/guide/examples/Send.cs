// Sends a file of NDJSON records to opcentre: in batches, packed, again on 429 and 503. .NET 8 or newer, nothing else.
//
//   dotnet new console -o send && cp Send.cs send/Program.cs
//   OPCENTRE_URL=https://opcentre.example OPCENTRE_TOKEN=oct_... dotnet run --project send -- records.ndjson
//   OPCENTRE_QUERY='dry_run=true'   further parameters: dry_run=true, backfill=true, source=NAME
//   OPCENTRE_BATCH=1000             lines a request
//
// Exit code: 0 every line was accepted, 1 lines were refused or the server could not be reached, 2 usage.

using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Threading.Tasks;

public static class Send
{
    const int TriesMax = 8;
    static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(120) };
    static readonly Uri Address = new(Env("OPCENTRE_URL", "http://127.0.0.1:8080") + "/api/v1/events?" + Env("OPCENTRE_QUERY", ""));
    static readonly string Token = Env("OPCENTRE_TOKEN", "");
    static readonly int Batch = int.Parse(Env("OPCENTRE_BATCH", "1000"));

    static string Env(string name, string otherwise) => Environment.GetEnvironmentVariable(name) ?? otherwise;

    static byte[] Packed(IEnumerable<string> lines)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Optimal))
        {
            gzip.Write(Encoding.UTF8.GetBytes(string.Join("\n", lines) + "\n"));
        }
        return bytes.ToArray();
    }

    /// <summary>Sends a batch until it is answered; repeats are harmless. The number of refused lines, or -1.</summary>
    static async Task<long> SendBatch(List<string> lines, long first)
    {
        byte[] body = Packed(lines);
        for (int attempt = 1; attempt <= TriesMax; attempt++)
        {
            int status = 0;
            string answer = "";
            double seconds = attempt;
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, Address) { Content = new ByteArrayContent(body) };
                request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
                request.Content.Headers.ContentEncoding.Add("gzip");
                if (Token != "") request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
                using var response = await Http.SendAsync(request);
                status = (int)response.StatusCode;
                answer = await response.Content.ReadAsStringAsync();
                seconds = response.Headers.RetryAfter?.Delta?.TotalSeconds ?? attempt;
            }
            catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
            {
                answer = error.Message;
            }
            // 422: no line was accepted; the answer says why of each, like that of a batch taken in part.
            if (status is 200 or 202 or 422)
            {
                using var verdict = JsonDocument.Parse(answer);
                var root = verdict.RootElement;
                foreach (var refused in root.GetProperty("rejections").EnumerateArray())
                {
                    long line = first - 1 + refused.GetProperty("line").GetInt64();
                    Console.WriteLine($"line {line}: {refused.GetProperty("code")} {refused.GetProperty("pointer")}: {refused.GetProperty("reason")}");
                }
                long rejected = root.GetProperty("rejected").GetInt64();
                Console.WriteLine($"{root.GetProperty("received")} received, {root.GetProperty("accepted")} accepted, {rejected} rejected");
                return rejected;
            }
            if (status is not (0 or 429 or 503))
            {
                Console.Error.WriteLine($"batch from line {first}: HTTP {status}: {answer}");
                return -1;
            }
            if (attempt < TriesMax)
            {
                Console.Error.WriteLine($"batch from line {first}: HTTP {status}, again in {seconds} s");
                await Task.Delay(TimeSpan.FromSeconds(seconds));
            }
        }
        Console.Error.WriteLine($"batch from line {first}: given up after {TriesMax} tries");
        return -1;
    }

    public static async Task<int> Main(string[] arguments)
    {
        if (arguments.Length != 1)
        {
            Console.Error.WriteLine("usage: dotnet run --project send -- records.ndjson");
            return 2;
        }
        long refused = 0, first = 1;
        var batch = new List<string>();
        foreach (string line in File.ReadLines(arguments[0]))
        {
            batch.Add(line);
            if (batch.Count < Batch) continue;
            long rejected = await SendBatch(batch, first);
            if (rejected < 0) return 1;
            refused += rejected;
            first += batch.Count;
            batch.Clear();
        }
        if (batch.Count > 0)
        {
            long rejected = await SendBatch(batch, first);
            if (rejected < 0) return 1;
            refused += rejected;
        }
        return refused == 0 ? 0 : 1;
    }
}
